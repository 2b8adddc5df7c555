package io.dialtone.runtime.sip;

import io.dialtone.sip.codec.AsciiWriter;
import io.dialtone.sip.codec.HeaderName;
import io.dialtone.sip.codec.SipMessage;
import io.dialtone.sip.codec.ViaView;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.jspecify.annotations.Nullable;

/** Keeps the best of what the branches of a request say (RFC 3261 section 16.7 steps 6 and 7). Called only by the owning worker. */
final class BestChoice {
    private final SipContext context;
    private final ForwardComposer composer;
    private final AsciiWriter lines = new AsciiWriter(ResponseContext.CHALLENGES_BYTES_MAX);
    private final SipMessage kept;

    BestChoice(final SipContext context, final ForwardComposer composer) {
        this.context = context;
        this.composer = composer;
        kept = new SipMessage(context.limits());
    }

    /** A branch has refused; {@code scratch} is where the response may be written to. */
    void consider(
            final ResponseContext proxied,
            final ClientTransaction transaction,
            final SipMessage response,
            final ViaView topmost,
            final MutableDirectBuffer scratch) {
        consider(proxied, transaction, response, topmost, null, scratch);
    }

    /** The same for a 3xx of whose contacts some are followed; these lines have the others. */
    void consider(
            final ResponseContext proxied,
            final ClientTransaction transaction,
            final SipMessage response,
            final ViaView topmost,
            final @Nullable AsciiWriter contacts,
            final MutableDirectBuffer scratch) {
        final int status = response.statusCode();
        if (status == 487 && transaction.isWithdrawn && !proxied.isCallerGone) {
            considerOwn(proxied, 408); // we have withdrawn it, because it rang too long
            return;
        }
        if (!BestResponse.isBetter(status, proxied.bestStatus())
                && !isSaidBySomebody(status, proxied)) { // of two challenges the first is the better one
            if (BestResponse.isChallenge(status)) {
                collectChallenges(proxied, response);
            }
            return;
        }
        final int length = contacts == null
                ? composer.composeResponse(scratch, response, topmost)
                : composer.composeResponse(scratch, response, topmost, contacts);
        if (length < 0) {
            context.counters().increment(SipCounter.RESPONSES_STRAY);
            considerOwn(proxied, 500);
        } else {
            proxied.best(status, scratch, 0, length);
        }
    }

    /** True for a 4xx where there is only our own word that a target was passed over. */
    private static boolean isSaidBySomebody(final int status, final ResponseContext proxied) {
        return status / 100 == 4
                && proxied.bestStatus() == SipsRules.NOT_ALLOWED
                && proxied.best().capacity() == 0;
    }

    /** The same for what we say ourselves. */
    static void considerOwn(final ResponseContext proxied, final int status) {
        if (BestResponse.isBetter(status, proxied.bestStatus())) {
            proxied.best(status, proxied.best(), 0, 0);
        }
    }

    /** The best response as a message; valid until the next is asked for. */
    SipMessage parse(final ResponseContext proxied) {
        kept.parseDatagram(proxied.best(), 0, proxied.best().capacity());
        return kept;
    }

    /** All challenges go back, so that the caller can answer each (RFC 3261 section 16.7 step 7). */
    private void collectChallenges(final ResponseContext proxied, final SipMessage response) {
        final DirectBuffer before = proxied.challenges();
        lines.clear().put(before, 0, before.capacity());
        putLines(response, HeaderName.WWW_AUTHENTICATE);
        putLines(response, HeaderName.PROXY_AUTHENTICATE);
        if (!lines.isOverflown() && lines.length() > 0) {
            proxied.challenges(lines.buffer(), lines.offset(), lines.length());
        }
    }

    private void putLines(final SipMessage response, final HeaderName name) {
        for (int i = response.firstHeader(name); i >= 0; i = response.nextHeader(i)) {
            lines.put(response.buffer(), response.headerLineOffset(i), response.headerLineLength(i));
        }
    }

    /** Writes the best response; without the challenges of others if they do not fit. */
    int write(final ResponseContext proxied, final int status, final MutableDirectBuffer to) {
        final DirectBuffer best = proxied.best();
        final DirectBuffer others = proxied.challenges();
        if (BestResponse.isChallenge(status) && others.capacity() > 0) {
            final int length = composer.composeWith(to, parse(proxied), others);
            if (length > 0 && length <= PooledBytes.BYTES_MAX) {
                return length;
            }
        }
        to.putBytes(0, best, 0, best.capacity());
        return best.capacity();
    }
}
