package io.dialtone.runtime.sip;

import io.dialtone.runtime.engine.ReplyPort;
import io.dialtone.sip.codec.AsciiWriter;
import io.dialtone.sip.codec.HeaderName;
import io.dialtone.sip.codec.SipMessage;
import io.dialtone.sip.codec.SipMethod;
import io.dialtone.sip.codec.SipWriter;
import java.nio.charset.StandardCharsets;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/** Writes requests as RFC 3261 sections 8.1.1, 9.1, 12.2.1.1, 13.2.2.4 and 17.1.1.3 want them. Called only by the owning worker. */
final class RequestComposer {
    static final int MAX_FORWARDS = 70;

    private static final int VIA_BYTES_MAX = 512;
    private static final byte[] TAG = ";tag=".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] NO_BYTES = {};

    private final SipContext context;
    private final ClientLayer clients;
    private final LocalTag.Source unique;
    private final ReplyComposer replies;
    private final RemoteParty.Scratch scratch;
    private final SipWriter writer = new SipWriter();
    private final AsciiWriter via = new AsciiWriter(VIA_BYTES_MAX);
    private final OwnCallId callId;
    private final LocalTag fromTag = new LocalTag();
    private final SipMessage kept;
    private final UnsafeBuffer body = new UnsafeBuffer(NO_BYTES);
    private final UnsafeBuffer nothing = new UnsafeBuffer(NO_BYTES);

    RequestComposer(
            final SipContext context,
            final ClientLayer clients,
            final LocalTag.Source unique,
            final ReplyComposer replies,
            final RemoteParty.Scratch scratch) {
        this.context = context;
        this.clients = clients;
        this.unique = unique;
        this.replies = replies;
        this.scratch = scratch;
        callId = new OwnCallId(context.tokens());
        kept = new SipMessage(context.limits());
    }

    /**
     * Writes a request outside any dialog.
     *
     * @param branch gets its branch
     * @return its length, or a negative when it does not fit
     */
    int composeInitial(
            final MutableDirectBuffer to,
            final int offset,
            final SipSession<?> session,
            final RequestBuilder request,
            final ReplyPort door,
            final AsciiWriter branch) {
        writer.wrap(to, offset, to.capacity() - offset);
        writer.request(request.method(), request.uri());
        putVia(door, session.slot(), branch);
        writer.header(HeaderName.MAX_FORWARDS, request.maxForwards());
        final AsciiWriter routes = request.routes();
        if (routes.length() > 0) {
            writer.header(HeaderName.ROUTE, routes.buffer(), routes.offset(), routes.length());
        }
        fromTag.set(context.tokens(), session.slot(), unique.next());
        final AsciiWriter from = request.from();
        writer.begin(HeaderName.FROM)
                .put(from.buffer(), from.offset(), from.length())
                .put(TAG)
                .put(fromTag.buffer(), 0, fromTag.length());
        writer.end();
        final AsciiWriter asked = request.to();
        writer.header(HeaderName.TO, asked.buffer(), asked.offset(), asked.length());
        callId.put(writer.begin(HeaderName.CALL_ID), session.slot(), session.keyHash(), unique.next());
        writer.end();
        putCseq(request.method(), 1);
        return finish(request, door, session.slot(), null);
    }

    /** Writes a request of a handler within a dialog. */
    int composeInDialog(
            final MutableDirectBuffer to,
            final int offset,
            final Dialog dialog,
            final RequestBuilder request,
            final long cseq,
            final AsciiWriter branch) {
        beginInDialog(to, offset, dialog.peer, request.method(), dialog.port, dialog.slot, cseq, branch);
        return finish(request, dialog.port, dialog.slot, dialog);
    }

    private int finish(
            final RequestBuilder request, final ReplyPort door, final int slot, final @Nullable Dialog dialog) {
        final boolean isSips = dialog == null ? isSips(request) : dialog.isSips;
        switch (request.method()) {
            case INVITE -> {
                replies.putContact(writer.out(), door, slot, isSips);
                writer.header(HeaderName.ALLOW, replies.allow());
            }
            case UPDATE, SUBSCRIBE, NOTIFY, REFER -> replies.putContact(writer.out(), door, slot, isSips);
            default -> {}
        }
        replies.intervals().putRequest(writer.out(), request.method(), dialog);
        final AsciiWriter extra = request.extra();
        writer.out().put(extra.buffer(), extra.offset(), extra.length());
        return writer.finish(request.bodyBytes(), 0, request.bodyBytes().capacity());
    }

    /** RFC 3261 section 8.1.1.8: by the Request-URI, or the first Route. */
    private boolean isSips(final RequestBuilder request) {
        final AsciiWriter routes = request.routes();
        return request.isToSips() || replies.sips().isFirst(routes.buffer(), routes.offset(), routes.length());
    }

    /** Writes a request that keeps a call alive: UPDATE without a body, or an INVITE that says what was said before (RFC 4028 section 7.4). */
    int composeRefresh(
            final MutableDirectBuffer to,
            final Dialog dialog,
            final RefreshTimer timer,
            final SipMethod method,
            final ReplyPort door,
            final long cseq,
            final AsciiWriter branch) {
        beginInDialog(to, 0, dialog.peer, method, door, dialog.slot, cseq, branch);
        replies.putContact(writer.out(), door, dialog.slot, dialog.isSips);
        writer.header(HeaderName.ALLOW, replies.allow());
        replies.intervals().putRequest(writer.out(), method, dialog);
        if (method == SipMethod.UPDATE) {
            return writer.finish(nothing, 0, 0);
        }
        final DirectBuffer said = timer.description();
        writer.header(HeaderName.CONTENT_TYPE, said, 0, timer.typeLength());
        return writer.finish(said, timer.typeLength(), said.capacity() - timer.typeLength());
    }

    /** Writes the NOTIFY that tells a subscriber something (RFC 6665 section 4.2.2), with the dialog's CSeq number. */
    int composeNotify(
            final MutableDirectBuffer to,
            final Dialog dialog,
            final Subscription subscription,
            final Notice notice,
            final AsciiWriter state,
            final ReplyPort door,
            final AsciiWriter branch) {
        beginInDialog(to, 0, dialog.peer, SipMethod.NOTIFY, door, dialog.slot, dialog.localCseq, branch);
        replies.putContact(writer.out(), door, dialog.slot, dialog.isSips);
        final AsciiWriter event = writer.begin(HeaderName.EVENT).put(subscription.event);
        if (!subscription.id.isEmpty()) {
            event.put(";id=").put(subscription.id);
        }
        writer.end();
        writer.header(HeaderName.SUBSCRIPTION_STATE, state.buffer(), state.offset(), state.length());
        if (notice.type().length == 0) {
            return writer.finish(nothing, 0, 0);
        }
        writer.header(HeaderName.CONTENT_TYPE, notice.type());
        body.wrap(notice.body());
        return writer.finish(body, 0, body.capacity());
    }

    /** Writes a SUBSCRIBE within the dialog of a subscription of ours, with the dialog's CSeq number: it says what the first one said, for another time. */
    int composeSubscribe(
            final MutableDirectBuffer to,
            final Dialog dialog,
            final SipMessage first,
            final int seconds,
            final ReplyPort door,
            final AsciiWriter branch) {
        beginInDialog(to, 0, dialog.peer, SipMethod.SUBSCRIBE, door, dialog.slot, dialog.localCseq, branch);
        replies.putContact(writer.out(), door, dialog.slot, dialog.isSips);
        writer.header(HeaderName.EXPIRES, seconds);
        for (int i = 0; i < first.headerCount(); i++) {
            switch (first.headerName(i)) {
                case VIA, MAX_FORWARDS, ROUTE, FROM, TO, CALL_ID, CSEQ, CONTACT, EXPIRES, CONTENT_LENGTH -> {}
                default -> writer.out().put(first.buffer(), first.headerLineOffset(i), first.headerLineLength(i));
            }
        }
        return writer.finish(first.buffer(), first.bodyOffset(), first.bodyLength());
    }

    /** Writes a SUBSCRIBE of ours again, for another time, in a transaction of its own and perhaps with another Call-ID and tag. */
    int composeAgain(
            final MutableDirectBuffer to,
            final SipMessage former,
            final SipSession<?> session,
            final boolean isAnew,
            final int seconds,
            final ReplyPort door,
            final long cseq,
            final AsciiWriter branch) {
        writer.wrap(to, 0, to.capacity());
        final AsciiWriter out = writer.out();
        final DirectBuffer from = former.buffer();
        out.put(from, former.startLineOffset(), former.headersOffset() - former.startLineOffset());
        for (int i = 0; i < former.headerCount(); i++) {
            final int line = former.headerLineOffset(i);
            final HeaderName name = former.headerName(i);
            if (name == HeaderName.VIA) {
                putVia(door, session.slot(), branch);
            } else if (name == HeaderName.CSEQ) {
                putCseq(former.method(), cseq);
            } else if (name == HeaderName.EXPIRES) {
                writer.header(HeaderName.EXPIRES, seconds);
            } else if (name == HeaderName.FROM && isAnew) {
                fromTag.set(context.tokens(), session.slot(), unique.next());
                out.put(from, line, former.fromTagOffset() - line)
                        .put(fromTag.buffer(), 0, fromTag.length())
                        .putLineEnd();
            } else if (name == HeaderName.CALL_ID && isAnew) {
                callId.put(writer.begin(HeaderName.CALL_ID), session.slot(), session.keyHash(), unique.next());
                writer.end();
            } else if (name != HeaderName.CONTENT_LENGTH) {
                out.put(from, line, former.headerLineLength(i));
            }
        }
        return writer.finish(from, former.bodyOffset(), former.bodyLength());
    }

    /** Writes a request again that was refused with 422: but for branch, CSeq and interval the same (RFC 4028 section 7.3). */
    int composeRaised(
            final MutableDirectBuffer to,
            final SipMessage refused,
            final int seconds,
            final SessionInterval.Refresher refresher,
            final ReplyPort door,
            final int slot,
            final long cseq,
            final AsciiWriter branch) {
        writer.wrap(to, 0, to.capacity());
        final AsciiWriter out = writer.out();
        final DirectBuffer from = refused.buffer();
        out.put(from, refused.startLineOffset(), refused.headersOffset() - refused.startLineOffset());
        final int ownVia = refused.firstHeader(HeaderName.VIA);
        for (int i = 0; i < refused.headerCount(); i++) {
            switch (refused.headerName(i)) {
                case SESSION_EXPIRES, MIN_SE, CONTENT_LENGTH -> {}
                case CSEQ -> putCseq(refused.method(), cseq);
                default -> {
                    if (i == ownVia) {
                        putVia(door, slot, branch);
                    } else {
                        out.put(from, refused.headerLineOffset(i), refused.headerLineLength(i));
                    }
                }
            }
        }
        IntervalRules.putRaised(out, seconds, refresher);
        return writer.finish(from, refused.bodyOffset(), refused.bodyLength());
    }

    /** Writes a request within a dialog that is nothing but its method: BYE, and the ACK of a 2xx. */
    int composePlain(
            final MutableDirectBuffer to,
            final RemoteParty peer,
            final SipMethod method,
            final ReplyPort door,
            final int slot,
            final long cseq,
            final AsciiWriter branch) {
        beginInDialog(to, 0, peer, method, door, slot, cseq, branch);
        return writer.finish(nothing, 0, 0);
    }

    private void beginInDialog(
            final MutableDirectBuffer to,
            final int offset,
            final RemoteParty peer,
            final SipMethod method,
            final ReplyPort door,
            final int slot,
            final long cseq,
            final AsciiWriter branch) {
        writer.wrap(to, offset, to.capacity() - offset);
        clients.putBranch(branch.clear(), slot);
        clients.putVia(via.clear(), door, branch);
        peer.begin(writer, method, via, cseq, scratch);
    }

    /** Writes the CANCEL of an INVITE that is kept: the same branch, and all that names the INVITE (RFC 3261 section 9.1). */
    int composeCancel(final MutableDirectBuffer to, final InviteClientTransaction invite) {
        beginLikeInvite(to, invite, SipMethod.CANCEL);
        writer.copy(kept, HeaderName.FROM).copy(kept, HeaderName.TO).copy(kept, HeaderName.CALL_ID);
        putCseq(SipMethod.CANCEL, invite.cseq);
        return writer.finish();
    }

    /** Writes the ACK of a refusal: as CANCEL, but with the To of the refusal (RFC 3261 section 17.1.1.3). */
    int composeAckOfRefusal(
            final MutableDirectBuffer to, final InviteClientTransaction invite, final SipMessage refusal) {
        beginLikeInvite(to, invite, SipMethod.ACK);
        writer.copy(kept, HeaderName.FROM).copy(refusal, HeaderName.TO).copy(kept, HeaderName.CALL_ID);
        putCseq(SipMethod.ACK, invite.cseq);
        return writer.finish();
    }

    private void beginLikeInvite(
            final MutableDirectBuffer to, final InviteClientTransaction invite, final SipMethod method) {
        final DirectBuffer message = invite.message();
        kept.parseDatagram(message, 0, message.capacity());
        writer.wrap(to, 0, to.capacity())
                .request(method, kept.buffer(), kept.requestUriOffset(), kept.requestUriLength());
        final int line = kept.firstHeader(HeaderName.VIA); // a line of ours; those below are of who sent it before us
        writer.header(HeaderName.VIA, kept.buffer(), kept.headerValueOffset(line), kept.headerValueLength(line));
        writer.copy(kept, HeaderName.MAX_FORWARDS).copy(kept, HeaderName.ROUTE);
    }

    /** The branch of a request, as it stands in its key. */
    static void putBranchOf(final ClientTransaction request, final AsciiWriter branch) {
        branch.clear().put(request.keyBytes(), Byte.BYTES, request.keyLength() - Byte.BYTES);
    }

    private void putVia(final ReplyPort door, final int slot, final AsciiWriter branch) {
        clients.putBranch(branch.clear(), slot);
        clients.putVia(via.clear(), door, branch);
        writer.header(HeaderName.VIA, via.buffer(), via.offset(), via.length());
    }

    private void putCseq(final SipMethod method, final long cseq) {
        writer.begin(HeaderName.CSEQ).putNumber(cseq).put(' ').put(method);
        writer.end();
    }
}
