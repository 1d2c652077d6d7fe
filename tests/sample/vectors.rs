//! The frozen vectors: what was drawn once, by another program, is drawn for ever.

use std::fs;
use std::path::Path;

use ledger_core::ledger::sample::{Population, SampleFile, commitment, seed};
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
struct Vector {
    name: String,
    list: String,
    sample: Value,
}

fn vectors() -> Vec<Vector> {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../fixtures/vectors/sample"));
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    files.iter().map(|file| serde_json::from_slice(&fs::read(file).unwrap()).unwrap()).collect()
}

/// The sample, in its one form.
fn sample(vector: &Vector) -> SampleFile {
    // Its members stand in the order of the file, which a map of JSON does not keep.
    let loose: SampleFile = serde_json::from_value(vector.sample.clone()).unwrap();
    let text = loose.render();
    assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), vector.sample, "{}", vector.name);
    SampleFile::parse(text.as_bytes()).unwrap()
}

#[test]
fn each_is_drawn_again() {
    let vectors = vectors();
    assert_eq!(vectors.len(), 6);
    for vector in vectors {
        let sample = sample(&vector);
        let population = Population::parse(&vector.list).unwrap();
        assert_eq!(sample.contradictions(), [""; 0], "{}", vector.name);
        assert_eq!(sample.differences(&sample.ground(), &population), [""; 0], "{}", vector.name);
        let again = SampleFile::draw(
            &sample.ground(),
            &sample.population.rule,
            &population,
            sample.method,
            &sample.revealed(),
        );
        let again = again.unwrap().committed(sample.commitment, sample.engagement.clone());
        assert_eq!(again.render(), sample.render(), "{}", vector.name);
        assert_eq!(Some(commitment(&sample.revealed())), sample.commitment);
        assert_eq!(seed(&sample.root, &sample.revealed()), sample.seed);
    }
}

/// The numbers that docs/sampling.md shows.
#[test]
fn the_worked_example_of_the_document_is_the_vector() {
    let document = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/sampling.md")).unwrap();
    let vector = vectors().into_iter().find(|vector| vector.name == "monetary-unit-euro").unwrap();
    let sample = sample(&vector);
    let mut shown = vec![
        sample.root.to_string(),
        sample.secret.to_string(),
        sample.seed.to_string(),
        sample.commitment.unwrap().to_string(),
        sample.population.digest.to_string(),
    ];
    for member in &sample.drawn {
        for why in &member.why {
            let value = serde_json::to_value(why).unwrap();
            shown.push(format!(
                "| {} | {} | {} | {} |",
                value["hit"],
                value["unit"].as_str().unwrap(),
                member.number,
                value["by"].as_str().unwrap()
            ));
        }
    }
    for text in shown {
        assert!(document.contains(&text), "{text}");
    }
}
