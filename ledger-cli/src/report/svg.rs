//! Charts, drawn as SVG with whole numbers. Each has its numbers in a table beside it.

use super::escape::Html;

/// One part of a bar: its colour class and how much it is.
pub(super) type Part = (&'static str, u64);

/// A bar: its label and its parts.
pub(super) struct Bar {
    pub(super) label: String,
    pub(super) parts: Vec<Part>,
}

impl Bar {
    fn total(&self) -> u64 {
        self.parts.iter().fold(0, |sum, (_, much)| sum.saturating_add(*much))
    }
}

/// `part` of `whole` as so many of `length` units.
const fn scaled(part: u64, whole: u64, length: u64) -> u64 {
    match part.saturating_mul(length).checked_div(whole) {
        Some(length) => length,
        None => 0,
    }
}

/// A round number at or above the greatest bar, for the axis: 1, 2, 5, 10, 20 and so on.
fn round_up(greatest: u64) -> u64 {
    let mut step = 1_u64;
    loop {
        for factor in [1, 2, 4, 6, 10] {
            let round = step.saturating_mul(factor);
            if round >= greatest {
                return round;
            }
        }
        step = step.saturating_mul(10);
    }
}

fn opening(width: u64, height: u64, title: &str, summary: &str, id: &str) -> Html {
    let mut html = Html::raw(format!(
        "<svg class=\"chart\" viewBox=\"0 0 {width} {height}\" role=\"img\" aria-labelledby=\"{id}-t {id}-d\">"
    ));
    html.push(&Html::of(&format!("title id=\"{id}-t\""), title));
    html.push(&Html::of(&format!("desc id=\"{id}-d\""), summary));
    html
}

fn label(class: &str, x: u64, y: u64, text: &str) -> Html {
    Html::of(&format!("text class=\"{class}\" x=\"{x}\" y=\"{y}\""), text)
}

/// Stacked columns over time.
pub(super) fn columns(id: &str, title: &str, summary: &str, bars: &[Bar]) -> Html {
    const LEFT: u64 = 60;
    const TOP: u64 = 12;
    const WIDTH: u64 = 924;
    const HEIGHT: u64 = 200;
    let count = u64::try_from(bars.len()).unwrap_or(1).max(1);
    let pitch = WIDTH.checked_div(count).unwrap_or(WIDTH).clamp(8, 64);
    let thick = pitch.saturating_mul(7) / 10;
    let most = round_up(bars.iter().map(Bar::total).max().unwrap_or(1));
    let foot = TOP.saturating_add(HEIGHT);
    let mut svg = opening(1_000, 256, title, summary, id);
    for quarter in 0..=4_u64 {
        let value = most.saturating_mul(quarter) / 4;
        if most < 4 && value.saturating_mul(4) != most.saturating_mul(quarter) {
            continue;
        }
        let y = foot.saturating_sub(scaled(value, most, HEIGHT));
        svg.push_raw(&format!(
            "<line class=\"grid\" x1=\"{LEFT}\" x2=\"{}\" y1=\"{y}\" y2=\"{y}\"/>",
            LEFT.saturating_add(WIDTH)
        ));
        svg.push(&label("axis end", LEFT.saturating_sub(8), y.saturating_add(4), &value.to_string()));
    }
    // Labels that would touch are left out.
    let every = 46_u64.div_ceil(pitch).max(1);
    for (at, bar) in (0_u64..).zip(bars) {
        let x = LEFT.saturating_add(at.saturating_mul(pitch)).saturating_add(pitch.saturating_sub(thick) / 2);
        let mut below = 0_u64;
        for (class, much) in &bar.parts {
            let from = scaled(below, most, HEIGHT);
            below = below.saturating_add(*much);
            let to = scaled(below, most, HEIGHT);
            let height = to.saturating_sub(from);
            if height > 0 {
                let y = foot.saturating_sub(to);
                svg.push_raw(&format!(
                    "<rect class=\"{class}\" x=\"{x}\" y=\"{y}\" width=\"{thick}\" height=\"{height}\"/>"
                ));
            }
        }
        if at.checked_rem(every) == Some(0) {
            let middle = x.saturating_add(thick / 2);
            svg.push(&label("axis middle", middle, foot.saturating_add(20), &bar.label));
        }
    }
    svg.push_raw("</svg>");
    svg
}

/// Stacked bars, one below the other, each with its number.
pub(super) fn bars(id: &str, title: &str, summary: &str, bars: &[Bar]) -> Html {
    const LEFT: u64 = 190;
    const WIDTH: u64 = 720;
    const PITCH: u64 = 30;
    let most = bars.iter().map(Bar::total).max().unwrap_or(1).max(1);
    let height = u64::try_from(bars.len()).unwrap_or(0).saturating_mul(PITCH).saturating_add(8);
    let mut svg = opening(1_000, height, title, summary, id);
    for (at, bar) in (0_u64..).zip(bars) {
        let y = at.saturating_mul(PITCH).saturating_add(4);
        let line = y.saturating_add(16);
        svg.push(&label("axis end", LEFT.saturating_sub(12), line, &bar.label));
        let mut below = 0_u64;
        for (class, much) in &bar.parts {
            let from = scaled(below, most, WIDTH);
            below = below.saturating_add(*much);
            let width = scaled(below, most, WIDTH).saturating_sub(from);
            if width > 0 {
                let x = LEFT.saturating_add(from);
                svg.push_raw(&format!(
                    "<rect class=\"{class}\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"22\"/>"
                ));
            }
        }
        let end = LEFT.saturating_add(scaled(below, most, WIDTH)).saturating_add(8);
        svg.push(&label("axis", end, line, &below.to_string()));
    }
    svg.push_raw("</svg>");
    svg
}

/// What the colours mean.
pub(super) fn legend<'a>(names: impl IntoIterator<Item = (&'static str, String)> + 'a) -> Html {
    let items = names.into_iter().map(|(class, name)| {
        let mut item = Html::raw(format!(
            "<li><svg class=\"key\" viewBox=\"0 0 12 12\" aria-hidden=\"true\"><rect class=\"{class}\" width=\"12\" height=\"12\"/></svg>"
        ));
        item.push_text(name);
        item.push_raw("</li>");
        item
    });
    let mut list = Html::raw("<ul class=\"legend\">");
    items.for_each(|item| list.push(&item));
    list.push_raw("</ul>");
    list
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_add_up_and_text_is_escaped() {
        let parts = vec![("f0", 3), ("f1", 1)];
        let svg = columns("c", "<t>", "d", &[Bar { label: "<2025>".into(), parts }]).into_string();
        assert!(svg.contains("&lt;t&gt;") && svg.contains("&lt;2025&gt;") && !svg.contains("<2025>"));
        // The axis ends at 4, so that 3 of 4 are 150 of 200 units.
        assert!(svg.contains("height=\"150\"") && svg.contains("height=\"50\""), "{svg}");
    }

    #[test]
    fn nothing_and_the_greatest_are_drawn() {
        assert!(columns("c", "t", "d", &[]).into_string().ends_with("</svg>"));
        let parts = vec![("f0", u64::MAX), ("f1", u64::MAX)];
        assert!(bars("b", "t", "d", &[Bar { label: String::new(), parts }]).into_string().contains("rect"));
        assert_eq!((round_up(0), round_up(3), round_up(61), round_up(101)), (1, 4, 100, 200));
    }
}
