// A linear model: softmax regression for classes, least squares for a number. Both have the same
// gradient, the difference between answer and truth, so one loop trains both.

/** What the model answers to the numbers of one row: a share for each class, or one value. */
export function answerOf(numbers, { weights, classes, target }) {
  const sums = weights.map((own) => own.reduce((sum, weight, i) => sum + weight * numbers[i], 0));
  if (classes.length === 0) return [sums[0] * target.deviation + target.mean];
  const most = Math.max(...sums);
  const powers = sums.map((sum) => Math.exp(sum - most));
  const total = powers.reduce((sum, power) => sum + power, 0);
  return powers.map((power) => power / total);
}

/**
 * Trains with Adam on all rows at once.
 * @param truth for each row the wanted answer, as `answerOf` gives it (a number standardised).
 * @param told after each step with its number and the weights.
 */
export function fit(rows, truth, classes, { epochs, learningRate, l2 }, told) {
  const outputs = Math.max(1, classes.length);
  const zeros = () => Array.from({ length: outputs }, () => new Array(rows[0].length).fill(0));
  const [weights, means, squares] = [zeros(), zeros(), zeros()];
  const standard = { mean: 0, deviation: 1 };
  for (let step = 1; step <= epochs; step++) {
    const gradient = zeros();
    rows.forEach((numbers, row) => {
      const answer = answerOf(numbers, { weights, classes, target: standard });
      for (let output = 0; output < outputs; output++) {
        const error = (answer[output] - truth[row][output]) / rows.length;
        for (let i = 0; i < numbers.length; i++) gradient[output][i] += error * numbers[i];
      }
    });
    for (let output = 0; output < outputs; output++)
      for (let i = 0; i < weights[output].length; i++) {
        const slope = gradient[output][i] + l2 * weights[output][i];
        means[output][i] = 0.9 * means[output][i] + 0.1 * slope;
        squares[output][i] = 0.999 * squares[output][i] + 0.001 * slope ** 2;
        const size = Math.sqrt(squares[output][i] / (1 - 0.999 ** step)) + 1e-8;
        weights[output][i] -= (learningRate * means[output][i]) / (1 - 0.9 ** step) / size;
      }
    told(step, weights);
  }
  return weights;
}
