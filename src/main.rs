//! The thin binary; it says who it is until there are commands.

fn main() {
    println!("auxcord {}", env!("CARGO_PKG_VERSION"));
}
