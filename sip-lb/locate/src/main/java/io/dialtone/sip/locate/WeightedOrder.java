package io.dialtone.sip.locate;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToIntFunction;
import java.util.random.RandomGenerator;

/** The order in which servers are tried: by priority, and among equals by chance as their weights say (RFC 2782). Any thread. */
final class WeightedOrder {
    private WeightedOrder() {}

    static <T> List<T> of(
            final List<T> all,
            final ToIntFunction<T> priority,
            final ToIntFunction<T> weight,
            final RandomGenerator random) {
        // Those without weight come first, so that they have a very small chance beside the others.
        final List<T> left = new ArrayList<>(all);
        left.sort(Comparator.comparingInt(priority).thenComparingInt(each -> weight.applyAsInt(each) == 0 ? 0 : 1));
        final List<T> order = new ArrayList<>(left.size());
        while (!left.isEmpty()) {
            final int first = priority.applyAsInt(left.getFirst());
            int equals = 0;
            int sum = 0;
            while (equals < left.size() && priority.applyAsInt(left.get(equals)) == first) {
                sum += weight.applyAsInt(left.get(equals));
                equals++;
            }
            int rest = random.nextInt(sum + 1);
            int chosen = 0;
            while (chosen < equals - 1 && weight.applyAsInt(left.get(chosen)) < rest) {
                rest -= weight.applyAsInt(left.get(chosen));
                chosen++;
            }
            order.add(left.remove(chosen));
        }
        return order;
    }
}
