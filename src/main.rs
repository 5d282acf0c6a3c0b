//! The thin binary: parse, run, tell what went wrong, exit code.

fn main() -> std::process::ExitCode {
    auxcord::cli::main()
}
