//! What the check in the browser proves, and what it does not: the words that an auditor quotes.

use super::super::escape::Html;
use super::Subject;

pub(super) fn section(_: &Subject<'_>) -> Html {
    Html::raw(include_str!("../page/meaning.html"))
}
