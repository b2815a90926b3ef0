//! A till that stands where Telegram's Stars would be: remembers what it is told, and answers as a test wants.

use std::collections::VecDeque;
use std::sync::Mutex;

use async_trait::async_trait;
use pixelai::domain::TelegramId;
use pixelai::wallet::{Movement, Partner, Stars, StarsError};

#[derive(Default)]
pub struct Till {
    movements: Mutex<Vec<Movement>>,
    answers: Mutex<VecDeque<Result<(), StarsError>>>,
    told: Mutex<Vec<(TelegramId, String)>>,
}

impl Till {
    /// What the next refunds are answered with; after that, all is fine.
    pub fn answers<const N: usize>(&self, answers: [Result<(), StarsError>; N]) {
        self.answers.lock().expect("no test panics while it holds it").extend(answers);
    }

    /// Whose charges were to be given back, in order.
    pub fn told(&self) -> Vec<(TelegramId, String)> {
        self.told.lock().expect("no test panics while it holds it").clone()
    }

    pub fn moves(&self, movement: Movement) {
        self.movements.lock().expect("no test panics while it holds it").push(movement);
    }

    /// A payment by a person, or its refund.
    pub fn person(&self, id: &str, stars: i64, incoming: bool, person: i64, payload: &str) {
        let partner = Partner::Payer {
            person: TelegramId(person),
            first_name: "Ada".to_owned(),
            username: Some("ada".to_owned()),
            language_code: Some("en".to_owned()),
            payload: payload.to_owned(),
        };
        self.moves(Movement { id: id.to_owned(), stars, at: chrono::Utc::now(), incoming, partner });
    }

    /// Something that is no payment of a person.
    pub fn other(&self, id: &str, stars: i64, incoming: bool, partner: Partner) {
        self.moves(Movement { id: id.to_owned(), stars, at: chrono::Utc::now(), incoming, partner });
    }
}

#[async_trait]
impl Stars for Till {
    async fn movements(&self, skip: u32) -> Result<Vec<Movement>, StarsError> {
        let movements = self.movements.lock().expect("no test panics while it holds it");
        // Small pages, so that there are several.
        Ok(movements.iter().skip(skip as usize).take(3).cloned().collect())
    }

    async fn give_back(&self, payer: TelegramId, charge_id: &str) -> Result<(), StarsError> {
        self.told.lock().expect("no test panics while it holds it").push((payer, charge_id.to_owned()));
        self.answers.lock().expect("no test panics while it holds it").pop_front().unwrap_or(Ok(()))
    }
}
