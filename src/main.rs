//! The thin binary: parse, run, tell what went wrong, exit code.

/// A call makes and drops hundreds of small strings, and an answer that is remembered is often dropped by another thread
/// than made it; the system's allocator spent a good part of a call on that, and gave memory back only to ask for it again.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> std::process::ExitCode {
    auxcord::cli::main()
}
