//! Progress of long work: on stderr, for people only.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// A bar that shows itself only when work takes long and stderr is a terminal.
#[derive(Debug)]
pub(crate) struct Bar {
    bar: ProgressBar,
    /// Not yet on the terminal, and may come to it.
    is_due: bool,
}

impl Bar {
    pub(crate) fn new(what: &'static str, hidden: bool) -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
        if let Ok(style) =
            ProgressStyle::with_template("{prefix} {bar:30} {human_pos}/{human_len} entries, {eta} left")
        {
            bar.set_style(style);
        }
        bar.set_prefix(what);
        Self { bar, is_due: !hidden }
    }

    pub(crate) fn at(&mut self, done: u64, total: u64) {
        // The first second shows nothing: most commands are done by then.
        if self.bar.elapsed() < Duration::from_secs(1) {
            return;
        }
        if self.is_due {
            self.is_due = false;
            self.bar.set_draw_target(ProgressDrawTarget::stderr_with_hz(5));
        }
        if self.bar.length() != Some(total) {
            self.bar.set_length(total);
        }
        self.bar.set_position(done);
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
