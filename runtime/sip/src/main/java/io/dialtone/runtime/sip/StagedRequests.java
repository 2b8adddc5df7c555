package io.dialtone.runtime.sip;

import io.dialtone.runtime.engine.ReplyPort;
import io.dialtone.sip.codec.AsciiWriter;
import io.dialtone.sip.codec.SipMethod;
import io.dialtone.sip.locate.Destination;
import java.util.ArrayList;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/** What a handler has asked for of others, and that does not count before it has returned. Called only by the owning worker. */
final class StagedRequests {
    /** Requests, withdrawals and endings of one handler method. */
    static final int MAX = 32;

    /** Together with the answers of the same method they fit in the outbox. */
    private static final int BYTES = 1 << 17;

    /** What is to be done. */
    enum Kind {
        REQUEST,
        CANCEL,
        HANG_UP
    }

    /** One thing to be done; used again and again. */
    static final class Entry {
        Kind kind = Kind.REQUEST;
        String leg = "";
        SipMethod method = SipMethod.UNKNOWN;
        long cseq;
        boolean hasBody;
        boolean isSips;

        @Nullable
        Dialog dialog;

        /** The {@link Dialog#life} that is meant. */
        int life;

        @Nullable
        ServerTransaction origin;

        /** The subscription that it begins; null if it begins none. */
        @Nullable
        Watch watch;

        /** The name it is to go to; null if the port leads there. */
        @Nullable
        Destination destination;

        int offset;
        int length;
        final ReplyPort port = new ReplyPort();
        final AsciiWriter branch = new AsciiWriter(ClientLayer.BRANCH_BYTES_MAX);

        /** The dialog, if it is still the one that was meant. */
        @Nullable
        Dialog livingDialog() {
            final Dialog its = dialog;
            return its != null && its.life == life ? its : null;
        }
    }

    private final UnsafeBuffer buffer = new UnsafeBuffer(new byte[BYTES]);
    private final List<Entry> entries = new ArrayList<>(0);
    private int size;
    private int end;

    UnsafeBuffer buffer() {
        return buffer;
    }

    /** Where the next request is to be written. */
    int end() {
        return end;
    }

    int size() {
        return size;
    }

    boolean isEmpty() {
        return size == 0;
    }

    Entry get(final int index) {
        return entries.get(index);
    }

    /** An entry to be filled and then {@linkplain #add added}. */
    Entry next() {
        if (size == MAX) {
            throw new IllegalStateException("more than " + MAX + " requests in one go");
        }
        if (size == entries.size()) {
            entries.add(new Entry());
        }
        final Entry next = entries.get(size);
        next.watch = null;
        return next;
    }

    /** Counts the entry that {@link #next} gave. */
    void add(final Entry entry) {
        size++;
        if (entry.kind == Kind.REQUEST) {
            end += entry.length;
        }
    }

    /** Adds something that has no message. */
    void add(final Kind kind, final String leg) {
        final Entry entry = next();
        entry.kind = kind;
        entry.leg = leg;
        entry.length = 0;
        add(entry);
    }

    /** How many requests of this method are to go out on this leg. */
    int count(final SipMethod method, final String leg) {
        int count = 0;
        for (int i = 0; i < size; i++) {
            final Entry entry = entries.get(i);
            if (entry.kind == Kind.REQUEST && entry.method == method && entry.leg.equals(leg)) {
                count++;
            }
        }
        return count;
    }

    /** How many INVITEs are to begin a leg. */
    int legs() {
        int count = 0;
        for (int i = 0; i < size; i++) {
            final Entry entry = entries.get(i);
            if (entry.kind == Kind.REQUEST && entry.method == SipMethod.INVITE && entry.dialog == null) {
                count++;
            }
        }
        return count;
    }

    /** True if a subscription of this name is to begin. */
    boolean hasWatch(final String name) {
        for (int i = 0; i < size; i++) {
            final Watch watch = entries.get(i).watch;
            if (watch != null && watch.name.equals(name)) {
                return true;
            }
        }
        return false;
    }

    /** How many subscriptions are to begin. */
    int watches() {
        int count = 0;
        for (int i = 0; i < size; i++) {
            count += entries.get(i).watch == null ? 0 : 1;
        }
        return count;
    }

    /** Forgets all. */
    void clear() {
        for (int i = 0; i < size; i++) {
            entries.get(i).dialog = null;
            entries.get(i).origin = null;
            entries.get(i).watch = null;
            entries.get(i).destination = null;
        }
        size = 0;
        end = 0;
    }
}
