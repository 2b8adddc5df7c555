package io.dialtone.runtime.link;

import io.aeron.Aeron;
import io.aeron.ExclusivePublication;
import io.aeron.Publication;
import io.dialtone.api.link.LinkPublication;
import org.agrona.DirectBuffer;
import org.jspecify.annotations.Nullable;

/**
 * One exclusive publication of Aeron, as the message path sees it. Called only by the thread it was opened for.
 *
 * <p>A stream ends after 2^31 terms: 430 days at 60 MB/s. A fresh one is then opened in its place.
 */
final class AeronLinkPublication implements LinkPublication {
    private static final long NOT_OPENING = -1;

    private final Aeron aeron;
    private final String channel;
    private final LinkCounters counters;
    private final @Nullable FrameSealer sealer;
    private final @Nullable BellWire bell;
    private final BellRound round;
    private final int frameBytesMax;
    private ExclusivePublication publication;
    private long opening = NOT_OPENING;

    AeronLinkPublication(
            final Aeron aeron,
            final String channel,
            final ExclusivePublication publication,
            final LinkCounters counters,
            final @Nullable FrameSealer sealer,
            final @Nullable BellWire bell,
            final BellRound round) {
        this.aeron = aeron;
        this.channel = channel;
        this.publication = publication;
        this.counters = counters;
        this.sealer = sealer;
        this.bell = bell;
        this.round = round;
        frameBytesMax = publication.maxMessageLength() - (sealer == null ? 0 : SealedFrame.OVERHEAD_BYTES);
    }

    @Override
    public long offer(
            final DirectBuffer header,
            final int headerOffset,
            final int headerLength,
            final DirectBuffer body,
            final int bodyOffset,
            final int bodyLength) {
        final long result = offerUncounted(header, headerOffset, headerLength, body, bodyOffset, bodyLength);
        if (result > 0) {
            round.add(bell);
            counters.increment(LinkCounter.SENT_FRAMES);
            counters.add(LinkCounter.SENT_BYTES, (long) headerLength + bodyLength);
        } else {
            countRefusal(result);
        }
        return result;
    }

    /** For beats, which have counters of their own. */
    long offerUncounted(
            final DirectBuffer header,
            final int headerOffset,
            final int headerLength,
            final DirectBuffer body,
            final int bodyOffset,
            final int bodyLength) {
        if (headerLength + bodyLength > frameBytesMax) {
            return TOO_LONG;
        }
        if (sealer == null) {
            return offerOnce(header, headerOffset, headerLength, body, bodyOffset, bodyLength);
        }
        return sealer.isBound() && publication.isConnected()
                ? offerSealed(sealer, sealer.seal(header, headerOffset, headerLength, body, bodyOffset, bodyLength))
                : NOT_CONNECTED;
    }

    private long offerSealed(final FrameSealer by, final int length) {
        return offerOnce(by.sealed(), 0, length, by.sealed(), length, 0);
    }

    private long offerOnce(
            final DirectBuffer header,
            final int headerOffset,
            final int headerLength,
            final DirectBuffer body,
            final int bodyOffset,
            final int bodyLength) {
        long result = publication.offer(header, headerOffset, headerLength, body, bodyOffset, bodyLength);
        if (result == Publication.ADMIN_ACTION) {
            // The term was rotated by this very call: the next one finds the new term.
            result = publication.offer(header, headerOffset, headerLength, body, bodyOffset, bodyLength);
        }
        return result > 0 ? result : refusal(result);
    }

    /** Shows a peer whose start we do not know that we are there; does nothing where frames are not sealed, because there every beat does. */
    void greet(final DirectBuffer header, final int headerOffset, final int headerLength) {
        if (sealer != null && publication.isConnected()) {
            offerSealed(sealer, sealer.sealGreeting(header, headerOffset, headerLength));
        }
    }

    /** The peer's start that frames are for from now on. */
    void bindTo(final long incarnation) {
        if (sealer != null) {
            sealer.bindTo(incarnation);
        }
    }

    private long refusal(final long result) {
        if (result == Publication.BACK_PRESSURED) {
            return BACK_PRESSURED;
        }
        if (result == Publication.NOT_CONNECTED) {
            return NOT_CONNECTED;
        }
        if (result == Publication.ADMIN_ACTION) {
            return ADMIN_ACTION;
        }
        if (result == Publication.MAX_POSITION_EXCEEDED) {
            if (opening == NOT_OPENING) {
                opening = aeron.asyncAddExclusivePublication(channel, publication.streamId());
            }
            return ADMIN_ACTION;
        }
        return CLOSED;
    }

    /** Called once in a while: puts a fresh stream in the place of one that has come to its end. */
    int doWork() {
        if (opening == NOT_OPENING || aeron.isClosed()) {
            return 0;
        }
        final ExclusivePublication fresh = aeron.getExclusivePublication(opening);
        if (fresh == null) {
            return 0;
        }
        opening = NOT_OPENING;
        publication.close();
        publication = fresh;
        return 1;
    }

    private void countRefusal(final long result) {
        counters.increment(
                switch ((int) result) {
                    case (int) BACK_PRESSURED -> LinkCounter.REFUSED_BACK_PRESSURED;
                    case (int) NOT_CONNECTED -> LinkCounter.REFUSED_NOT_CONNECTED;
                    case (int) ADMIN_ACTION -> LinkCounter.REFUSED_ADMIN_ACTION;
                    case (int) TOO_LONG -> LinkCounter.REFUSED_TOO_LONG;
                    default -> LinkCounter.REFUSED_CLOSED;
                });
    }

    @Override
    public int frameBytesMax() {
        return frameBytesMax;
    }

    boolean isConnected() {
        return publication.isConnected();
    }
}
