//! The sample as a file, and the secret.

use ledger_core::domain::ids::EngagementId;
use ledger_core::ledger::sample::file::{Engagement, Ground};
use ledger_core::ledger::sample::{Method, Rule, SampleFile, SampleSecret, commitment};

use super::{acts, payments, seed};

fn ground(number: u64) -> Ground {
    Ground {
        origin: "baltic.example/ledger".parse().unwrap(),
        charter: seed(1),
        size: 100,
        root: seed(number),
        day: None,
    }
}

fn secret() -> SampleSecret {
    SampleSecret::from_revealed(seed(77))
}

fn drawn() -> SampleFile {
    let method = Method::Random { count: 5 };
    SampleFile::draw(&ground(2), &Rule::acts(vec![]), &acts(100), method, &secret()).unwrap()
}

#[test]
fn the_same_draw_gives_the_same_bytes_and_another_root_another_sample() {
    assert_eq!(drawn().render(), drawn().render());
    let method = Method::Random { count: 5 };
    let other = SampleFile::draw(&ground(3), &Rule::acts(vec![]), &acts(100), method, &secret()).unwrap();
    assert_ne!(other.seed, drawn().seed);
    assert_ne!(other.drawn, drawn().drawn);
}

#[test]
fn a_sample_is_read_in_its_one_form_alone() {
    let text = drawn().render();
    assert_eq!(SampleFile::parse(text.as_bytes()), Ok(drawn()));
    for other in [
        text.replacen('\n', "\n ", 1),
        text.trim_end().to_owned(),
        text.replacen("jointledger/sample/v1", "jointledger/sample/v2", 1),
        text.replacen("\"size\": 100", "\"size\": 1e2", 1),
        text.replacen("\"members\"", "\"more\": 1, \"members\"", 1),
        text.replacen("\"of\": \"acts\"", "\"of\": \"acts\",\n      \"kinds\": []", 1),
    ] {
        assert_ne!(other, text);
        assert!(SampleFile::parse(other.as_bytes()).is_err(), "{other}");
    }
    for length in 0..text.len() {
        assert!(SampleFile::parse(&text.as_bytes()[..length]).is_err());
    }
}

#[test]
fn every_change_of_a_sample_is_found() {
    let sample = drawn();
    let (ground, population) = (sample.ground(), acts(100));
    let wrong = |change: &dyn Fn(&mut SampleFile)| {
        let mut changed = sample.clone();
        change(&mut changed);
        let mut wrong = changed.contradictions();
        wrong.extend(changed.differences(&ground, &population));
        assert!(!wrong.is_empty());
        wrong.join("; ")
    };
    assert!(sample.contradictions().is_empty() && sample.differences(&ground, &population).is_empty());
    assert!(wrong(&|sample| sample.size = 99).contains("the size is 100, the sample says 99"));
    assert!(wrong(&|sample| sample.charter = seed(9)).contains("the charter"));
    assert!(wrong(&|sample| sample.root = seed(9)).contains("the root"));
    assert!(wrong(&|sample| sample.seed = seed(9)).contains("the seed"));
    assert!(wrong(&|sample| sample.secret = seed(9)).contains("seed"));
    assert!(wrong(&|sample| sample.population.digest = seed(9)).contains("the digest"));
    assert!(wrong(&|sample| sample.population.members = 99).contains("number of members"));
    assert!(wrong(&|sample| sample.commitment = Some(seed(9))).contains("commitment"));
    assert!(wrong(&|sample| sample.method = Method::Random { count: 4 }).contains("named and is not drawn"));
    assert!(wrong(&|sample| sample.method = Method::Random { count: 6 }).contains("drawn and is not named"));
    assert!(wrong(&|sample| sample.drawn.swap(0, 1)).contains("do not stand in their order"));
    assert!(wrong(&|sample| drop(sample.drawn.pop())).contains("is drawn and is not named"));
    assert!(wrong(&|sample| sample.drawn[0].entry += 1).contains("otherwise than is said"));
    assert!(wrong(&|sample| sample.drawn[0].what = "x".into()).contains("otherwise"));
    assert!(wrong(&|sample| sample.drawn[0].why.clear()).contains("otherwise"));
}

#[test]
fn an_engagement_stands_before_the_end_of_the_population_and_has_a_commitment() {
    let id: EngagementId = "RK-2026-1".parse().unwrap();
    let at = |entry| Some(Engagement { id: id.clone(), entry });
    let known = Some(commitment(&secret()));
    assert!(drawn().committed(known, at(99)).contradictions().is_empty());
    assert!(drawn().committed(known, at(100)).contradictions()[0].contains("ends before it"));
    assert!(drawn().committed(None, at(99)).contradictions()[0].contains("no commitment"));
}

#[test]
fn totals_are_said_by_currency() {
    let most = u64::try_from(i64::MAX).unwrap();
    let population = payments(&[most, most, most], "EUR");
    let rule = Rule::Payments { currency: None };
    let sample = SampleFile::draw(&ground(2), &rule, &population, Method::All {}, &secret()).unwrap();
    assert_eq!(sample.population.totals[0].minor, (u128::from(most) * 3).to_string());
    assert_eq!(SampleFile::parse(sample.render().as_bytes()), Ok(sample));
}

#[test]
fn a_secret_is_read_as_it_is_written_and_never_shown() {
    let file = secret().to_file();
    assert_eq!(file.as_slice(), format!("{}\n", seed(77)).as_bytes());
    assert_eq!(commitment(&SampleSecret::from_file(&file).unwrap()), commitment(&secret()));
    assert_eq!(format!("{:?}", secret()), "SampleSecret(..)");
    let digits = seed(77).to_string();
    for wrong in [
        digits.clone(),
        format!("{digits}\n\n"),
        format!("{}\n", digits.to_uppercase()),
        format!("{}\n", &digits[1..]),
        format!("{}g\n", &digits[1..]),
        String::new(),
    ] {
        let error = SampleSecret::from_file(wrong.as_bytes()).unwrap_err().to_string();
        assert!(!error.contains(&digits[..8]), "what may be a secret is not repeated");
    }
}
