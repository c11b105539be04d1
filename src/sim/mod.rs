//! obshell agents in process: real HTTP, real cryptography, real state machines.
//! Shares nothing with `wire`: what both got wrong together nobody would see.
