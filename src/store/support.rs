//! Questions about payments, and what became of them.

use crate::database::{Time, Tx, all, exec, one, optional};
use crate::domain::{ActionKey, UserId};

use super::Store;

/// A question.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Request {
    pub number: i64,
    pub user_id: UserId,
    pub question: String,
    /// The payment that it is most likely about.
    pub charge_id: Option<String>,
    /// `open`, `returned`, `answered` or `declined`.
    pub state: String,
    pub answer: Option<String>,
}

impl Request {
    pub fn is_open(&self) -> bool {
        self.state == "open"
    }
}

/// How a question is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Closed<'a> {
    /// Its payment goes back.
    Returned,
    Answered(&'a str),
    Declined,
}

impl Closed<'_> {
    fn state(self) -> &'static str {
        match self {
            Self::Returned => "returned",
            Self::Answered(_) => "answered",
            Self::Declined => "declined",
        }
    }
}

const REQUEST: &str =
    "SELECT number, user_id, question, charge_id, state, answer FROM support_requests WHERE number = $1";

impl Store {
    pub async fn request(&self, number: i64) -> sqlx::Result<Option<Request>> {
        optional!(self.db.read(), Request, REQUEST, number)
    }
}

impl Tx {
    /// Writes a question down, once per action. Answers its number, and whether it is new.
    pub async fn add_request(
        &mut self,
        user: UserId,
        key: &ActionKey,
        question: &str,
        charge_id: Option<&str>,
        now: Time,
    ) -> sqlx::Result<(i64, bool)> {
        let made: Option<(i64,)> = optional!(
            *self,
            (i64,),
            "INSERT INTO support_requests (user_id, key, question, charge_id, state, created_at) \
             VALUES ($1, $2, $3, $4, 'open', $5) ON CONFLICT (key) DO NOTHING RETURNING number",
            user,
            key,
            question,
            charge_id,
            now,
        )?;
        if let Some((number,)) = made {
            return Ok((number, true));
        }
        let (number,): (i64,) = one!(*self, (i64,), "SELECT number FROM support_requests WHERE key = $1", key)?;
        Ok((number, false))
    }

    /// Closes a question that is open. False: it was closed before.
    pub async fn close_request(&mut self, number: i64, how: Closed<'_>, by: UserId, now: Time) -> sqlx::Result<bool> {
        let answer = match how {
            Closed::Answered(answer) => Some(answer),
            _ => None,
        };
        let written = exec!(
            *self,
            "UPDATE support_requests SET state = $2, answer = $3, closed_by = $4, closed_at = $5 \
             WHERE number = $1 AND state = 'open'",
            number,
            how.state(),
            answer,
            by,
            now,
        )?;
        Ok(written == 1)
    }

    /// Opens the questions again that were closed by giving this payment back, and answers their numbers.
    pub async fn reopen_requests(&mut self, charge_id: &str) -> sqlx::Result<Vec<i64>> {
        let rows: Vec<(i64,)> = all!(
            *self,
            (i64,),
            "UPDATE support_requests SET state = 'open', closed_by = NULL, closed_at = NULL \
             WHERE charge_id = $1 AND state = 'returned' RETURNING number",
            charge_id,
        )?;
        Ok(rows.into_iter().map(|(number,)| number).collect())
    }

    /// Removes the words of a person who wants to be forgotten.
    pub async fn forget_requests(&mut self, user: UserId) -> sqlx::Result<u64> {
        exec!(*self, "UPDATE support_requests SET question = '', answer = NULL WHERE user_id = $1", user)
    }
}
