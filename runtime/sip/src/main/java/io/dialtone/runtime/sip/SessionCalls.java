package io.dialtone.runtime.sip;

import io.dialtone.runtime.engine.ImageReader;
import io.dialtone.runtime.engine.ImageWriter;
import io.dialtone.runtime.sip.CallRecord.EndedBy;
import io.dialtone.sip.codec.NameAddrView;
import io.dialtone.sip.codec.SipMessage;
import java.util.ArrayList;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Records of a session's calls, for the {@link CallLog}: of those that go on, and of some that have ended, because the node that has told of their end may die before anybody has read it. Empty if there
 * is no log. Called only by the owning worker.
 *
 * <p>What a record says is told when the call ends, and once more by the next owner if the session comes to one while it still remembers the call: who reads may see a call twice, with one id, and misses
 * none that was replicated.
 */
final class SessionCalls {
    /** Ended calls that are remembered: a session that lives long has many. */
    private static final int ENDED_MAX = 8;

    private final CallLog log;
    private final @Nullable SipSession<?> session;
    private final List<CallRecord> calls = new ArrayList<>(0);
    private final List<CallRecord> spares = new ArrayList<>(0);
    private @Nullable UnsafeBuffer scratch;

    private SessionCalls(final CallLog log, final @Nullable SipSession<?> session) {
        this.log = log;
        this.session = session;
    }

    /** For sessions of whose calls nobody wants to know; they share it. */
    static SessionCalls none() {
        return new SessionCalls(CallLog.NONE, null);
    }

    static SessionCalls of(final CallLog log, final SipSession<?> session) {
        return new SessionCalls(log, session);
    }

    boolean isOn() {
        return log.isOn();
    }

    /** An INVITE begins a call. */
    void begin(
            final String leg,
            final boolean isOurs,
            final SipMessage invite,
            final NameAddrView address,
            final long wallNs) {
        if (log.isOn()) {
            forgetEnded();
            final CallRecord call = spare();
            call.begin(leg, isOurs, invite, address, log, wallNs);
            calls.add(call);
        }
    }

    /** An INVITE that began a call has an answer. */
    void onAnswer(final String leg, final int status, final EndedBy by, final long wallNs) {
        final CallRecord call = goingOn(leg);
        if (call == null || call.isAnswered() || status == 100) {
            return;
        }
        if (status < 200) {
            call.onRinging(status, wallNs);
        } else if (status < 300) {
            call.onAnswered(status, wallNs);
        } else {
            call.status(status);
            end(call, by, wallNs);
        }
    }

    /** The dialog of a call that was answered is over. */
    void onDialogEnded(final String leg, final EndedBy by, final long wallNs) {
        final CallRecord call = goingOn(leg);
        if (call != null && call.isAnswered()) {
            end(call, by, wallNs);
        }
    }

    /** A call is somebody else's: it was passed on, and whoever keeps it may go on with its record. Null if there is none. */
    @Nullable
    CallRecord take(final String leg) {
        final CallRecord call = goingOn(leg);
        if (call != null) {
            calls.remove(call);
        }
        return call;
    }

    /** A call is somebody else's: nobody here will see its end. */
    void forget(final String leg) {
        final CallRecord call = take(leg);
        if (call != null) {
            spares.add(call);
        }
    }

    /** An empty record for a call that is kept elsewhere. */
    CallRecord spare() {
        return spares.isEmpty() ? new CallRecord() : spares.removeLast();
    }

    /** A record that was kept elsewhere is not needed any more. */
    void giveBack(final CallRecord call) {
        spares.add(call);
    }

    /** A call that was kept elsewhere has ended: it is told of, and remembered like others. */
    void onKeptEnded(final CallRecord call) {
        if (log.isOn()) {
            forgetEnded();
            calls.add(call);
            tell(call);
        } else {
            spares.add(call);
        }
    }

    CallLog log() {
        return log;
    }

    private void end(final CallRecord call, final EndedBy by, final long wallNs) {
        call.onEnded(by, wallNs);
        tell(call);
    }

    private void tell(final CallRecord call) {
        call.toldBy(log.incarnation());
        if (session != null) {
            log.onEnded(session.keyHash(), session.slot(), call);
        }
    }

    /** The last one of this name that has not ended; a name may be given again. */
    private @Nullable CallRecord goingOn(final String leg) {
        for (int i = calls.size() - 1; i >= 0; i--) {
            final CallRecord call = calls.get(i);
            if (!call.isEnded() && call.leg().equals(leg)) {
                return call;
            }
        }
        return null;
    }

    private void forgetEnded() {
        int ended = 0;
        for (int i = calls.size() - 1; i >= 0; i--) {
            if (calls.get(i).isEnded() && ++ended >= ENDED_MAX) {
                spares.add(calls.remove(i));
            }
        }
    }

    /** Writes: number (16), each as bytes with their length (32) as {@link CallRecord} writes them. */
    void encode(final ImageWriter image) {
        image.putShort(calls.size());
        for (int i = 0; i < calls.size(); i++) {
            encode(calls.get(i), image);
        }
    }

    /** Writes one record: length (32), bytes. */
    void encode(final CallRecord call, final ImageWriter image) {
        final UnsafeBuffer bytes = scratch();
        image.putBytes(bytes, 0, call.encode(bytes, 0));
    }

    /** Reads what {@link #encode} wrote, and tells of what another node may not have told. */
    void decode(final ImageReader image) {
        for (int i = image.readCount(); i > 0 && image.isIntact(); i--) {
            final CallRecord call = spare();
            if (!decode(call, image)) {
                return;
            }
            (log.isOn() ? calls : spares).add(call);
        }
        if (image.isIntact()) {
            for (int i = 0; i < calls.size(); i++) {
                if (calls.get(i).onOwner(log)) {
                    tell(calls.get(i));
                }
            }
        }
    }

    /** Reads what {@link #encode(CallRecord, ImageWriter)} wrote. */
    static boolean decode(final CallRecord call, final ImageReader image) {
        final int length = image.readLength(CallRecord.ENCODED_BYTES_MAX);
        if (length < 0 || !call.decode(image.buffer(), image.position(), length)) {
            image.refuse();
            return false;
        }
        image.skip(length);
        return true;
    }

    private UnsafeBuffer scratch() {
        UnsafeBuffer bytes = scratch;
        if (bytes == null) {
            bytes = new UnsafeBuffer(new byte[CallRecord.ENCODED_BYTES_MAX]);
            scratch = bytes;
        }
        return bytes;
    }

    void clear() {
        while (!calls.isEmpty()) {
            spares.add(calls.removeLast());
        }
    }
}
