package io.dialtone.sip.routing;

import io.dialtone.sip.codec.ParseResult;
import io.dialtone.sip.codec.SipEditor;
import io.dialtone.sip.codec.SipLimits;
import io.dialtone.sip.codec.SipMessage;
import io.dialtone.sip.codec.SipWriter;
import io.dialtone.sip.codec.ViaView;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A response that balancer or edge gives in its own name: a place to write it, and its way back to whoever asked. One per I/O thread, called only
 * by it.
 *
 * <p>The way back is that of RFC 3261 section 18.2.2 and RFC 3581: the source address always, the source port if rport asks for it, else the port
 * of sent-by. It is stamped into the answer's Via and not the request's: what was malformed stays as it is, and what is answered is always well
 * formed.
 */
final class OwnAnswer {
    /** What became of an answer. */
    enum Outcome {
        SENT,
        /** No Via that it could follow, or no room for it. */
        NO_WAY_BACK,
        /** The transport did not take it. */
        DROPPED_BY_EGRESS
    }

    private static final int BYTES_MAX = 65_535;

    private final SipEgress egress;
    private final SipWriter writer = new SipWriter();
    private final SipMessage written = new SipMessage(SipLimits.defaults());
    private final ViaView via = new ViaView();
    private final SipEditor editor = new SipEditor();
    private final WayBack wayBack = new WayBack();
    private final UnsafeBuffer buffer =
            new UnsafeBuffer(new byte[SipIngress.HEADROOM_BYTES + BYTES_MAX + SipIngress.TAILROOM_BYTES]);
    private final SipFlow to = new SipFlow();

    OwnAnswer(final SipEgress egress) {
        this.egress = egress;
    }

    /** Where the answer is to be written, from its first line on. */
    SipWriter begin() {
        return writer.wrap(buffer, SipIngress.HEADROOM_BYTES, BYTES_MAX);
    }

    /** What writes the answer that was begun. */
    SipWriter writer() {
        return writer;
    }

    /** Sends what was written to where the request came from. */
    Outcome send(final SipFlow from) {
        final int length = writer.finish();
        // The writer repeats only what is well formed; should it ever fail, silence is safer than an odd answer.
        if (length < 0
                || written.parseDatagram(buffer, SipIngress.HEADROOM_BYTES, length) != ParseResult.COMPLETE
                || !via.wrap(written)) {
            return Outcome.NO_WAY_BACK;
        }
        editor.begin(written);
        final int port = wayBack.stamp(editor, buffer, via, from);
        final int stamped = editor.apply(buffer, SipIngress.HEADROOM_BYTES, SipIngress.TAILROOM_BYTES);
        if (stamped < 0 || port == 0) {
            return Outcome.NO_WAY_BACK;
        }
        to.copyFrom(from).remote(from.remoteHigh(), from.remoteLow(), port);
        return egress.sendCopy(buffer, editor.offset(), stamped, to) ? Outcome.SENT : Outcome.DROPPED_BY_EGRESS;
    }
}
