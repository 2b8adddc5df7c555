package io.dialtone.sip.routing;

import io.dialtone.api.AffinityRule;
import io.dialtone.placement.table.SlotHash;
import io.dialtone.placement.table.SlotToken;
import io.dialtone.sip.codec.AffinityKeyView;
import io.dialtone.sip.codec.DialogNameView;
import io.dialtone.sip.codec.HeaderName;
import io.dialtone.sip.codec.SipMessage;
import io.dialtone.sip.codec.SipMethod;
import io.dialtone.sip.codec.ViaView;
import org.agrona.DirectBuffer;

/**
 * Says in which slot a message's session lives: by a token of ours where it carries one, else by the affinity rule. One per I/O thread.
 *
 * <p>Tokens are looked for as bytes, not as parts of a parsed URI: their check makes them unmistakable wherever they stand, and a URI we cannot
 * read may still carry one.
 */
final class SlotFinder {
    /** No token, or none that passes its check. */
    static final int NONE = SlotToken.NOT_A_TOKEN;

    private static final int MAGIC_COOKIE_BYTES = 7;

    private final AffinityKeyView affinity;
    private final SlotHash slotHash;
    private final SlotToken slotToken;
    private final DialogNameView named = new DialogNameView();
    private boolean forged;

    SlotFinder(final AffinityRule rule, final SlotHash slotHash, final SlotToken slotToken) {
        affinity = keyOf(rule);
        this.slotHash = slotHash;
        this.slotToken = slotToken;
    }

    /** Reads the bytes that a rule names. */
    static AffinityKeyView keyOf(final AffinityRule rule) {
        return new AffinityKeyView(AffinityKeyView.Place.valueOf(rule.kind().name()), rule.header());
    }

    /** The slot told by a token in the topmost Route, the Request-URI, the To tag, or the tag of ours in a dialog to be replaced or joined, in this order; or {@link #NONE}. */
    int byToken(final SipMessage request) {
        forged = false;
        final DirectBuffer buffer = request.buffer();
        final int route = request.firstHeader(HeaderName.ROUTE);
        int slot = NONE;
        if (route >= 0) {
            final int from = request.headerValueOffset(route);
            slot = inUri(buffer, from, firstValueEnd(buffer, from, from + request.headerValueLength(route)));
        }
        if (slot == NONE) {
            final int from = request.requestUriOffset();
            slot = inUri(buffer, from, from + request.requestUriLength());
        }
        if (slot == NONE && request.toTagLength() >= SlotToken.LENGTH) {
            slot = slotToken.parsePrefix(buffer, request.toTagOffset(), request.toTagLength());
        }
        if (slot == NONE && request.method() == SipMethod.INVITE && request.toTagLength() <= 0) {
            slot = byNamedDialog(request);
        }
        return slot;
    }

    /** An INVITE that is to replace or join a call must come to the slot where that lives (RFC 3891, RFC 3911). */
    private int byNamedDialog(final SipMessage invite) {
        int header = invite.firstHeader(HeaderName.REPLACES);
        if (header < 0) {
            header = invite.firstHeader(HeaderName.JOIN);
        }
        return header >= 0 && named.wrap(invite, header) && named.toTagLength() >= SlotToken.LENGTH
                ? slotToken.parsePrefix(invite.buffer(), named.toTagOffset(), named.toTagLength())
                : NONE;
    }

    /** The slot told by the affinity rule; the request must have a Call-ID. */
    int byAffinity(final SipMessage request) {
        affinity.wrap(request);
        return slotHash.slotOf(affinity.buffer(), affinity.offset(), affinity.length());
    }

    /** The slot told by the branch of a topmost Via that the slot's owner wrote, of a request of its own or the response to it; or {@link #NONE}. */
    int ofOwnBranch(final SipMessage message, final ViaView top) {
        if (!top.hasMagicCookie()) {
            return NONE;
        }
        return slotToken.parsePrefix(
                message.buffer(), top.branchOffset() + MAGIC_COOKIE_BYTES, top.branchLength() - MAGIC_COOKIE_BYTES);
    }

    /** Whether the last {@link #byToken} met a token whose check failed. */
    boolean sawForgedToken() {
        return forged;
    }

    private int inUri(final DirectBuffer buffer, final int from, final int end) {
        final int last = end - SlotToken.LENGTH - 4;
        for (int at = from; at <= last; at++) {
            if (buffer.getByte(at) == ';'
                    && (buffer.getByte(at + 1) | 0x20) == 'd'
                    && (buffer.getByte(at + 2) | 0x20) == 't'
                    && buffer.getByte(at + 3) == '=') {
                final int slot = slotToken.parsePrefix(buffer, at + 4, end - at - 4);
                if (slot != NONE) {
                    return slot;
                }
                forged = true;
            }
        }
        return NONE;
    }

    /** Where the first of a header's values ends at the latest: at the bracket behind its URI. */
    private static int firstValueEnd(final DirectBuffer buffer, final int from, final int end) {
        for (int at = from; at < end; at++) {
            if (buffer.getByte(at) == '>') {
                return at;
            }
        }
        return end;
    }
}
