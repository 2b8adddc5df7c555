package io.dialtone.runtime.sip;

import io.dialtone.runtime.engine.ReplyPort;
import io.dialtone.sip.codec.AsciiWriter;
import io.dialtone.sip.codec.HeaderName;
import io.dialtone.sip.codec.ParseResult;
import io.dialtone.sip.codec.SipLimits;
import io.dialtone.sip.codec.SipMessage;
import io.dialtone.sip.codec.ViaView;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * Writes a request anew for another door or with another branch: identical but for the topmost Via (RFC 3263 section 4.3), and for a Contact of ours, which leads to the
 * door. Called only by the owning worker.
 */
final class RequestMover {
    /** What did not go well: there is no room, or it is no request with a Via. */
    static final int NOT_MOVED = -1;

    private static final int TEXT_BYTES_MAX = 512;

    private final ClientLayer clients;
    private final ReplyComposer replies;
    private final SipMessage kept;
    private final ViaView top = new ViaView();
    private final AsciiWriter via = new AsciiWriter(TEXT_BYTES_MAX);
    private final AsciiWriter oldContact = new AsciiWriter(TEXT_BYTES_MAX);
    private final AsciiWriter newContact = new AsciiWriter(TEXT_BYTES_MAX);

    RequestMover(final ClientLayer clients, final ReplyComposer replies, final SipLimits limits) {
        this.clients = clients;
        this.replies = replies;
        kept = new SipMessage(limits);
    }

    /**
     * Writes a request for another door of ours.
     *
     * @param from the door it was written for
     * @return its length, or {@link #NOT_MOVED}
     */
    int move(
            final MutableDirectBuffer to,
            final DirectBuffer request,
            final ReplyPort from,
            final ReplyPort door,
            final int slot,
            final AsciiWriter branch) {
        if (!read(request)) {
            return NOT_MOVED;
        }
        final int contact = kept.firstHeader(HeaderName.CONTACT);
        final boolean isSips = replies.sips().isFirst(kept, HeaderName.CONTACT);
        final boolean movesContact = contact >= 0 && !isSameDoor(from, door) && isOurs(contact, from, slot, isSips);
        if (movesContact) {
            replies.putContact(newContact.clear(), door, slot, isSips);
        }
        return write(to, request, door, branch, movesContact ? contact : -1);
    }

    /** The same, but a Contact of ours stays: the peer is to reach us as before. */
    int moveVia(
            final MutableDirectBuffer to, final DirectBuffer request, final ReplyPort door, final AsciiWriter branch) {
        return read(request) ? write(to, request, door, branch, -1) : NOT_MOVED;
    }

    private boolean read(final DirectBuffer request) {
        return kept.parseDatagram(request, 0, request.capacity()) == ParseResult.COMPLETE && top.wrap(kept);
    }

    /** Writes the request that was read with another Via, and another Contact in the place of one of its headers, if that is none. */
    private int write(
            final MutableDirectBuffer to,
            final DirectBuffer request,
            final ReplyPort door,
            final AsciiWriter branch,
            final int contact) {
        final int length = request.capacity();
        clients.putVia(via.clear(), door, branch);
        if (length + TEXT_BYTES_MAX * 2 > to.capacity()) {
            return NOT_MOVED;
        }
        int at = 0;
        int read = 0;
        final boolean viaIsFirst = contact < 0 || top.valueOffset() < kept.headerLineOffset(contact);
        for (int part = 0; part < 2; part++) {
            if ((part == 0) == viaIsFirst) {
                at = copy(to, at, request, read, top.valueOffset());
                at = copy(to, at, via.buffer(), via.offset(), via.offset() + via.length());
                read = top.valueEnd();
            } else if (contact >= 0) {
                final int line = kept.headerLineOffset(contact);
                at = copy(to, at, request, read, line);
                at = copy(to, at, newContact.buffer(), newContact.offset(), newContact.offset() + newContact.length());
                read = line + oldContact.length();
            }
        }
        return copy(to, at, request, read, length);
    }

    private static boolean isSameDoor(final ReplyPort one, final ReplyPort other) {
        return one.member() == other.member()
                && one.transport() == other.transport()
                && one.listener() == other.listener();
    }

    /** True if this is what we write for the door; a proxied request has somebody else's. */
    private boolean isOurs(final int contact, final ReplyPort door, final int slot, final boolean isSips) {
        replies.putContact(oldContact.clear(), door, slot, isSips);
        final int line = kept.headerLineOffset(contact);
        return line + oldContact.length() <= kept.buffer().capacity()
                && SameBytes.at(kept.buffer(), line, oldContact.buffer(), oldContact.offset(), oldContact.length());
    }

    private static int copy(
            final MutableDirectBuffer to, final int at, final DirectBuffer from, final int begin, final int end) {
        to.putBytes(at, from, begin, end - begin);
        return at + end - begin;
    }
}
