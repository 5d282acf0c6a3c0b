//! Arguments of every tool from any bytes: the first byte chooses the tool, the rest is JSON. What is accepted once is accepted again, unchanged.
#![no_main]

use auxcord::mcp::probe;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some((tool, given)) = data.split_first() else {
        return;
    };
    let tool = usize::from(*tool) % probe::tools();
    if let Some(accepted) = probe::accept(tool, given) {
        let again = serde_json::to_vec(&accepted).expect("it came from JSON");
        assert_eq!(probe::accept(tool, &again).as_ref(), Some(&accepted));
    }
});
