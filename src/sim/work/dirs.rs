//! Where an observer keeps its data: made, and cleared again.

use super::super::engine::Place;
use super::super::world::World;
use super::Step;

impl World {
    pub(super) fn dirs(&self, owner: usize, agent: usize) -> (String, String, String) {
        let home = self
            .agents
            .get(agent)
            .map(|agent| agent.home.clone())
            .unwrap_or_default();
        let settings = self.settings(owner, agent);
        let data = settings
            .get("data_dir")
            .cloned()
            .unwrap_or_else(|| format!("{home}/store"));
        let redo = settings
            .get("redo_dir")
            .cloned()
            .unwrap_or_else(|| data.clone());
        (home, data, redo)
    }

    pub(super) fn make_dirs(&mut self, place: Place, owner: usize, agent: usize) {
        let (home, data, redo) = self.dirs(owner, agent);
        for line in [
            format!("mkdir data_dir: {data}"),
            format!("mkdir redo_dir: {redo}"),
            format!("mkdir clog_dir: {redo}/clog"),
            format!("mkdir slog_dir: {data}/slog"),
            format!("symlink {data}: {home}/store"),
            format!("symlink {redo}: {home}/store"),
            format!("symlink {redo}/clog: {home}/store/clog"),
            format!("symlink {data}/slog: {home}/store/slog"),
            format!("mkdir {home}/etc"),
            format!("mkdir {home}/log"),
            format!("mkdir {home}/store/sstable"),
        ] {
            self.log(place, line);
        }
        self.after(place, 4, Step::Done);
    }

    pub(super) fn clear_dirs(&mut self, place: Place, owner: usize, agent: usize) {
        let (home, data, redo) = self.dirs(owner, agent);
        // What was there before is left alone.
        let foreign = self.task(place).is_some_and(|task| {
            let last = task.logs.last();
            last.is_some_and(|line| line.text.contains("is not empty"))
        });
        let mut dirs = vec![format!("{home}/etc"), format!("{home}/log")];
        if !foreign {
            let (clog, slog) = (format!("{redo}/clog"), format!("{data}/slog"));
            dirs.extend([data.clone(), redo, clog, slog]);
            let store = format!("{home}/store");
            if data != store {
                let (clog, slog) = (format!("{store}/clog"), format!("{store}/slog"));
                dirs.extend([store.clone(), store, clog, slog]);
            }
        }
        for dir in dirs {
            self.log(place, format!("clear dir {dir}"));
        }
        self.after(place, 3, Step::Done);
    }
}
