//! Tells cargo that a new migration file means a new build; the macro that embeds them cannot.

fn main() {
    println!("cargo::rerun-if-changed=migrations");
    println!("cargo::rerun-if-changed=templates");
}
