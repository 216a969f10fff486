// Open loop: the maximum that the load test finds, and the spread of latencies at half of it.
export async function halfLoad() {
  return [];
}
