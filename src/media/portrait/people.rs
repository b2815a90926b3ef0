//! The people of the samples, in their surroundings.

use super::figure::{Clothes, Hair, Person, draw};
use super::scenery;
use crate::media::canvas::Canvas;
use crate::media::style::Colour;

const ANNA: Person = Person {
    skin: Colour::hex(0xf3c6a5),
    hair: Colour::hex(0x7a3f1d),
    eyes: Colour::hex(0x3f7d4e),
    lips: Colour::hex(0xd2505c),
    cloth: Colour::hex(0xe9b44c),
    cut: Hair::Long,
    clothes: Clothes::Knit,
    beard: false,
};

const MAX: Person = Person {
    skin: Colour::hex(0xe0a67e),
    hair: Colour::hex(0x33221a),
    eyes: Colour::hex(0x3d79ad),
    lips: Colour::hex(0xb9675c),
    cloth: Colour::hex(0x2f5d8c),
    cut: Hair::Short,
    clothes: Clothes::Shirt,
    beard: true,
};

pub(super) fn woman(canvas: &mut Canvas) {
    scenery::park(canvas);
    draw(canvas, &ANNA, (512.0, 470.0), 1.16);
}

pub(super) fn man(canvas: &mut Canvas) {
    scenery::street(canvas);
    draw(canvas, &MAX, (512.0, 480.0), 1.14);
}

pub(super) fn couple(canvas: &mut Canvas) {
    scenery::seaside(canvas);
    let he = Person { cloth: Colour::hex(0x38766f), hair: Colour::hex(0x6b4423), ..MAX };
    draw(canvas, &he, (670.0, 430.0), 0.92);
    let she = Person {
        hair: Colour::hex(0xd9a34a),
        eyes: Colour::hex(0x4a90b8),
        cloth: Colour::hex(0xc8455f),
        cut: Hair::Bun,
        clothes: Clothes::Dress,
        ..ANNA
    };
    draw(canvas, &she, (345.0, 560.0), 0.9);
}
