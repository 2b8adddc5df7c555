package io.dialtone.sip.locate;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Targets that have failed lately, so that not every request has to find that out by itself. Any thread. */
final class ShunnedTargets {
    /** By target: until when. */
    private final Map<Target, Long> ends = new ConcurrentHashMap<>();

    private final LocateSettings settings;

    ShunnedTargets(final LocateSettings settings) {
        this.settings = settings;
    }

    /** Remembers one for a while; one too many is not remembered. */
    void add(final Target target, final long nowNs) {
        if (ends.size() >= settings.shunnedMax()) {
            ends.values().removeIf(endNs -> endNs - nowNs <= 0);
        }
        if (settings.shunNs() > 0 && (ends.size() < settings.shunnedMax() || ends.containsKey(target))) {
            ends.put(target, nowNs + settings.shunNs());
        }
    }

    void remove(final Target target) {
        if (!ends.isEmpty()) {
            ends.remove(target);
        }
    }

    boolean contains(final Target target, final long nowNs) {
        final Long endNs = ends.isEmpty() ? null : ends.get(target);
        return endNs != null && endNs - nowNs > 0;
    }

    /** The same targets, those that have failed last: they are still better than nobody. */
    List<Target> last(final List<Target> targets, final long nowNs) {
        if (ends.isEmpty()) {
            return targets;
        }
        final List<Target> order = new ArrayList<>(targets.size());
        final List<Target> shunned = new ArrayList<>();
        for (final Target target : targets) {
            (contains(target, nowNs) ? shunned : order).add(target);
        }
        order.addAll(shunned);
        return order;
    }
}
