-- What wrk sends to each subject of the benchmark: a search with a different query in every request and, where there are several keys, the
-- next person's key. Settings come from the environment, because wrk hands a script only its own arguments.
--
-- BENCH_KIND   "mcp" (POST a tools/call), "cached" (the same with one query, which the server remembers), "ping", or "proxy" (GET a search)
-- BENCH_KEYS   a file with one bearer a line
-- BENCH_SEED   distinguishes runs, so that no query of "mcp" and "proxy" ever comes twice
-- BENCH_PAUSE  mean pause of a connection before each request, in milliseconds; 0 loads as fast as answers come

local words = {
    "night", "velvet", "paper", "silver", "hollow", "copper", "winter", "electric", "slow", "golden", "broken", "distant", "crimson",
    "quiet", "burning", "salt", "neon", "wild",
}
local kind = os.getenv("BENCH_KIND")
local seed = tonumber(os.getenv("BENCH_SEED"))
local pause = tonumber(os.getenv("BENCH_PAUSE"))
local bearers = {}
for line in io.lines(os.getenv("BENCH_KEYS")) do
    bearers[#bearers + 1] = "Bearer " .. line
end
-- Not local: the closing report reads it from the thread.
wrong = 0
local sent = 0

function setup(thread)
    subject = thread
end

-- A range of years that holds every track makes the query different and leaves its answer alike.
local function query()
    local number = seed * 1000000 + sent
    local word = words[number % #words + 1]
    local from, to = 1000 + math.floor(number / #words) % 900, 2100 + math.floor(number / #words / 900) % 7900
    return word, from .. "-" .. to
end

function request()
    sent = sent + 1
    local word, years = query()
    local headers = { ["Authorization"] = bearers[sent % #bearers + 1] }
    if kind == "proxy" then
        return wrk.format("GET", "/search?q=" .. word .. "%20year%3A" .. years .. "&type=track&limit=10", headers)
    end
    headers["Content-Type"] = "application/json"
    headers["Accept"] = "application/json, text/event-stream"
    headers["MCP-Protocol-Version"] = "2025-11-25"
    if kind == "ping" then
        return wrk.format("POST", "/mcp", headers, '{"jsonrpc":"2.0","id":' .. sent .. ',"method":"ping"}')
    end
    local asked = kind == "cached" and "night" or word .. " year:" .. years
    local body = '{"jsonrpc":"2.0","id":' .. sent .. ',"method":"tools/call","params":{"name":"search","arguments":{"query":"' .. asked
        .. '","types":["track"],"limit":10}}}'
    return wrk.format("POST", "/mcp", headers, body)
end

-- An even spread around the mean keeps the connections from marching in step.
if pause > 0 then
    function delay()
        return math.random(0, 2 * pause)
    end
end

-- An answer that is no search result must not pass for a fast one. (A failed tool call is a 200 too.)
local sign = kind == "ping" and '"result":{}' or "/track/"

function response(status, _, body)
    if status ~= 200 or not body:find(sign, 1, true) or body:find('"isError":true', 1, true) then
        wrong = wrong + 1
        if wrong == 1 then
            io.stderr:write("wrong answer: ", status, " ", body:sub(1, 600), "\n")
        end
    end
end

function done(summary, latency)
    local errors = summary.errors
    io.write(string.format(
        '{"requests":%d,"seconds":%.6f,"p50":%.3f,"p99":%.3f,"errors":%d,"wrong":%d}\n', summary.requests, summary.duration / 1e6,
        latency:percentile(50) / 1e3, latency:percentile(99) / 1e3, errors.connect + errors.read + errors.write + errors.timeout + errors.status,
        tonumber(subject:get("wrong") or 0)))
end
