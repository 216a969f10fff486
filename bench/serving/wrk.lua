-- Sends the lines of a file in turn as bodies, and prints the figures as one line of JSON.
local requests, count, at = {}, 0, 0

function init(arguments)
  for line in io.lines(arguments[1]) do
    count = count + 1
    requests[count] = wrk.format("POST", nil, { ["content-type"] = "application/json" }, line)
  end
end

function request()
  at = at % count + 1
  return requests[at]
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    'RESULT {"rps":%f,"p50":%f,"p99":%f,"failed":%d}\n',
    summary.requests / summary.duration * 1e6,
    latency:percentile(50) / 1000,
    latency:percentile(99) / 1000,
    errors.status + errors.connect + errors.read + errors.write + errors.timeout
  ))
end
