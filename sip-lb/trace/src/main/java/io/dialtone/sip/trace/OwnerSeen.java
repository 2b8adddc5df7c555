package io.dialtone.sip.trace;

import java.util.List;
import java.util.function.IntFunction;

/** Which node has had to do with messages, and where another has taken over. For one thread. */
final class OwnerSeen {
    private int slot = TraceRing.NONE;
    private int member = TraceRing.NONE;
    private long epoch;

    /** Looks whose a message is; writes it down if that is another than before. */
    void see(final TracedMessage traced, final IntFunction<String> nodes, final SpanEvents events) {
        if (traced.slot() < 0 || traced.member() < 0) {
            return; // the edge's own word
        }
        final boolean isSameSlot = slot == traced.slot();
        if (isSameSlot && traced.epoch() < epoch) {
            return; // the old owner's last words
        }
        if (isSameSlot && member != traced.member()) {
            events.add(
                    traced.timeNs(),
                    SpanNames.TAKE_OVER,
                    Span.Attribute.of(SpanNames.NODE, nodes.apply(traced.member())),
                    Span.Attribute.of(SpanNames.NODE_BEFORE, nodes.apply(member)),
                    Span.Attribute.of(SpanNames.EPOCH, traced.epoch()),
                    Span.Attribute.of(SpanNames.EPOCH_BEFORE, epoch));
        }
        slot = traced.slot();
        member = traced.member();
        epoch = traced.epoch();
    }

    void describe(final List<Span.Attribute> attributes, final IntFunction<String> nodes) {
        if (slot >= 0) {
            attributes.add(Span.Attribute.of(SpanNames.SLOT, slot));
            attributes.add(Span.Attribute.of(SpanNames.EPOCH, epoch));
            attributes.add(Span.Attribute.of(SpanNames.NODE, nodes.apply(member)));
        }
    }
}
