//! Training at fal and at Replicate, against servers that answer as these do, with what they get wrong.

#[path = "training/fal.rs"]
mod fal;
#[path = "training/mock.rs"]
mod mock;
#[path = "training/replicate.rs"]
mod replicate;
