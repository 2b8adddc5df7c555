package io.dialtone.api.link;

import java.nio.ByteOrder;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Header of every frame in the corridor, laid over a buffer. Not thread safe; one instance per thread, wrapped anew for each frame.
 *
 * <p>Fields are only ever added at the end; a reader skips what it does not know by {@link #headerLength()}.
 *
 * <pre>
 *   0                   1                   2                   3
 *   0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *  +---------------+---------------+-------------------------------+
 *  |    Version    |     Type      |        Header length          |   0
 *  +---------------+---------------+-------------------------------+
 *  |                             Slot                              |   4
 *  +---------------------------------------------------------------+
 *  |                             Epoch (64)                        |   8
 *  +---------------------------------------------------------------+
 *  |                  Sender's incarnation (64)                    |  16
 *  +---------------------------------------------------------------+
 *  |         Arrival, ns since 1970, wall clock of edge (64)       |  24
 *  +---------------------------------------------------------------+
 *  |         Deadline, ns since 1970; 0 is none (64)               |  32
 *  +-------------------------------+---------------+---------------+
 *  |       Sender's member         |   Transport   |Sender's thread|  40
 *  +-------------------------------+---------------+---------------+
 *  |       Flow: listener          |     Flow: remote port         |  44
 *  +-------------------------------+-------------------------------+
 *  |         Flow: remote address, IPv6 or IPv4-mapped (128)       |  48
 *  +---------------------------------------------------------------+
 *  |        Request's number at its edge; 0 is none (64)           |  64
 *  +---------------+-----------------------------------------------+
 *  |     Flags     |  To service   | From service  |       0       |  72
 *  +---------------+-----------------------------------------------+
 *  |                              0                                |  76
 *  +---------------------------------------------------------------+
 *  |         Registration of the connection; 0 is none (64)        |  80
 *  +---------------------------------------------------------------+
 *  |                     Payload ...                                  88
 * </pre>
 *
 * <p>Flags, first bit last: 1 is {@link #isRedriven() re-driven}, 2 is {@link #isDeaf() deaf}, 4 is {@link #isAcknowledging() acknowledging}, 8 is {@link #isNaming() naming}, 16
 * is {@link #isSought() sought}. The services are those of a chain, in {@link #TYPE_SIP_WITHIN} only. Frames of 64 bytes, without number and flags, and of 80, without registration, are read too.
 */
public final class LinkFrame {
    public static final int VERSION = 1;
    public static final int HEADER_BYTES = 88;

    /** A SIP message from an edge to the worker that owns its slot. */
    public static final int TYPE_SIP_TO_WORKER = 1;
    /** A SIP message from a worker to the edge that holds the flow. */
    public static final int TYPE_SIP_TO_EDGE = 2;
    /** A sign of life; the payload is empty. */
    public static final int TYPE_BEAT = 3;
    /** Session records and snapshots from an owner's worker to that of a backup or learner. */
    public static final int TYPE_REPLICATION = 4;
    /** What the worker of a backup or learner has applied. */
    public static final int TYPE_REPLICATION_ACK = 5;
    /** A frame that is encrypted on its way to another host; seen only by the corridor, and laid out otherwise. */
    public static final int TYPE_SEALED = 6;
    /** A request of a worker that its edge could not send, from that edge to the worker that owns its slot. */
    public static final int TYPE_SIP_UNSENT = 7;

    /** A SIP message from one service of a chain to another in the same worker: it waits for backups as all do, and never takes to the corridor. */
    public static final int TYPE_SIP_WITHIN = 8;

    /** The first frames ended here. */
    private static final int HEADER_BYTES_MIN = 64;

    private static final int VERSION_OFFSET = 0;
    private static final int TYPE_OFFSET = 1;
    private static final int HEADER_LENGTH_OFFSET = 2;
    private static final int SLOT_OFFSET = 4;
    private static final int EPOCH_OFFSET = 8;
    private static final int INCARNATION_OFFSET = 16;
    private static final int ARRIVAL_OFFSET = 24;
    private static final int DEADLINE_OFFSET = 32;
    private static final int MEMBER_OFFSET = 40;
    private static final int TRANSPORT_OFFSET = 42;
    private static final int THREAD_OFFSET = 43;
    private static final int LISTENER_OFFSET = 44;
    private static final int REMOTE_PORT_OFFSET = 46;
    private static final int REMOTE_HIGH_OFFSET = 48;
    private static final int REMOTE_LOW_OFFSET = 56;
    private static final int REQUEST_OFFSET = 64;
    private static final int FLAGS_OFFSET = 72;
    private static final int TO_SERVICE_OFFSET = 73;
    private static final int FROM_SERVICE_OFFSET = 74;

    private static final int REGISTRATION_OFFSET = 80;

    private static final int FLAG_REDRIVEN = 1;
    private static final int FLAG_DEAF = 2;
    private static final int FLAG_ACKNOWLEDGING = 4;
    private static final int FLAG_NAMING = 8;
    private static final int FLAG_SOUGHT = 16;

    private final UnsafeBuffer frame = new UnsafeBuffer(0, 0);
    private int length;

    /** Lays the header over received bytes. False if they are no frame of a version we read. */
    public boolean wrap(final DirectBuffer buffer, final int offset, final int frameLength) {
        if (frameLength < HEADER_BYTES_MIN) {
            return false;
        }
        frame.wrap(buffer, offset, frameLength);
        length = frameLength;
        return frame.getByte(VERSION_OFFSET) >= VERSION
                && headerLength() >= HEADER_BYTES_MIN
                && headerLength() <= length;
    }

    /** Lays the header over {@link #HEADER_BYTES} bytes to be filled, and clears them. */
    public LinkFrame wrapNew(final MutableDirectBuffer buffer, final int offset, final int type) {
        frame.wrap(buffer, offset, HEADER_BYTES);
        length = HEADER_BYTES;
        frame.setMemory(0, HEADER_BYTES, (byte) 0);
        frame.putByte(VERSION_OFFSET, (byte) VERSION);
        frame.putByte(TYPE_OFFSET, (byte) type);
        frame.putShort(HEADER_LENGTH_OFFSET, (short) HEADER_BYTES, ByteOrder.LITTLE_ENDIAN);
        return this;
    }

    public int type() {
        return frame.getByte(TYPE_OFFSET) & 0xFF;
    }

    public int headerLength() {
        return frame.getShort(HEADER_LENGTH_OFFSET, ByteOrder.LITTLE_ENDIAN) & 0xFFFF;
    }

    /** Length of what follows the header, in bytes. */
    public int payloadLength() {
        return length - headerLength();
    }

    public int slot() {
        return frame.getInt(SLOT_OFFSET, ByteOrder.LITTLE_ENDIAN);
    }

    public LinkFrame slot(final int slot) {
        frame.putInt(SLOT_OFFSET, slot, ByteOrder.LITTLE_ENDIAN);
        return this;
    }

    public long epoch() {
        return frame.getLong(EPOCH_OFFSET, ByteOrder.LITTLE_ENDIAN);
    }

    public LinkFrame epoch(final long epoch) {
        frame.putLong(EPOCH_OFFSET, epoch, ByteOrder.LITTLE_ENDIAN);
        return this;
    }

    /** Random number of the sending process's start. */
    public long incarnation() {
        return frame.getLong(INCARNATION_OFFSET, ByteOrder.LITTLE_ENDIAN);
    }

    public LinkFrame incarnation(final long incarnation) {
        frame.putLong(INCARNATION_OFFSET, incarnation, ByteOrder.LITTLE_ENDIAN);
        return this;
    }

    /** When the message came in at the edge, by the edge's wall clock. */
    public long arrivalNs() {
        return frame.getLong(ARRIVAL_OFFSET, ByteOrder.LITTLE_ENDIAN);
    }

    public LinkFrame arrivalNs(final long arrivalNs) {
        frame.putLong(ARRIVAL_OFFSET, arrivalNs, ByteOrder.LITTLE_ENDIAN);
        return this;
    }

    /** When an answer is of no use any more; 0 is never. */
    public long deadlineNs() {
        return frame.getLong(DEADLINE_OFFSET, ByteOrder.LITTLE_ENDIAN);
    }

    public LinkFrame deadlineNs(final long deadlineNs) {
        frame.putLong(DEADLINE_OFFSET, deadlineNs, ByteOrder.LITTLE_ENDIAN);
        return this;
    }

    /** Number of the sending process in the cluster's list of members. */
    public int member() {
        return frame.getShort(MEMBER_OFFSET, ByteOrder.LITTLE_ENDIAN) & 0xFFFF;
    }

    public LinkFrame member(final int member) {
        frame.putShort(MEMBER_OFFSET, (short) member, ByteOrder.LITTLE_ENDIAN);
        return this;
    }

    /** Number of the sending thread in its process: where a reply to this frame goes. */
    public int thread() {
        return frame.getByte(THREAD_OFFSET) & 0xFF;
    }

    public LinkFrame thread(final int thread) {
        frame.putByte(THREAD_OFFSET, (byte) thread);
        return this;
    }

    /** How the message came in: 0 is UDP. */
    public int transport() {
        return frame.getByte(TRANSPORT_OFFSET) & 0xFF;
    }

    public LinkFrame transport(final int transport) {
        frame.putByte(TRANSPORT_OFFSET, (byte) transport);
        return this;
    }

    /** Which of the edge's listeners the flow belongs to. */
    public int listener() {
        return frame.getShort(LISTENER_OFFSET, ByteOrder.LITTLE_ENDIAN) & 0xFFFF;
    }

    public LinkFrame listener(final int listener) {
        frame.putShort(LISTENER_OFFSET, (short) listener, ByteOrder.LITTLE_ENDIAN);
        return this;
    }

    public int remotePort() {
        return frame.getShort(REMOTE_PORT_OFFSET, ByteOrder.LITTLE_ENDIAN) & 0xFFFF;
    }

    public LinkFrame remotePort(final int port) {
        frame.putShort(REMOTE_PORT_OFFSET, (short) port, ByteOrder.LITTLE_ENDIAN);
        return this;
    }

    /** First eight bytes of the peer's IPv6 (or IPv4-mapped) address, big-endian. */
    public long remoteHigh() {
        return frame.getLong(REMOTE_HIGH_OFFSET, ByteOrder.LITTLE_ENDIAN);
    }

    public LinkFrame remoteHigh(final long high) {
        frame.putLong(REMOTE_HIGH_OFFSET, high, ByteOrder.LITTLE_ENDIAN);
        return this;
    }

    /** Last eight bytes of the peer's IPv6 (or IPv4-mapped) address, big-endian. */
    public long remoteLow() {
        return frame.getLong(REMOTE_LOW_OFFSET, ByteOrder.LITTLE_ENDIAN);
    }

    public LinkFrame remoteLow(final long low) {
        frame.putLong(REMOTE_LOW_OFFSET, low, ByteOrder.LITTLE_ENDIAN);
        return this;
    }

    /**
     * What the edge calls the request that this is, or that this answers: a node repeats it in every answer, so that the edge knows its request again. 0 is
     * none.
     */
    public long request() {
        return headerLength() >= FLAGS_OFFSET ? frame.getLong(REQUEST_OFFSET, ByteOrder.LITTLE_ENDIAN) : 0;
    }

    public LinkFrame request(final long number) {
        frame.putLong(REQUEST_OFFSET, number, ByteOrder.LITTLE_ENDIAN);
        return this;
    }

    /** Whether the edge has given this message to an owner of the slot before, and sends it once more because it had no answer. */
    public boolean isRedriven() {
        return isFlagged(FLAG_REDRIVEN);
    }

    public LinkFrame redriven(final boolean redriven) {
        return flag(FLAG_REDRIVEN, redriven);
    }

    /** In a beat: whether its sender hears nothing of its receiver. */
    public boolean isDeaf() {
        return isFlagged(FLAG_DEAF);
    }

    public LinkFrame deaf(final boolean deaf) {
        return flag(FLAG_DEAF, deaf);
    }

    /** In a batch of replication: whether an acknowledgement of the other direction comes before it. */
    public boolean isAcknowledging() {
        return isFlagged(FLAG_ACKNOWLEDGING);
    }

    public LinkFrame acknowledging(final boolean acknowledging) {
        return flag(FLAG_ACKNOWLEDGING, acknowledging);
    }

    /** Who has registered by the connection that the message came or is to go by, as a number that nodes give; 0 is nobody. */
    public long registration() {
        return headerLength() >= HEADER_BYTES ? frame.getLong(REGISTRATION_OFFSET, ByteOrder.LITTLE_ENDIAN) : 0;
    }

    public LinkFrame registration(final long number) {
        frame.putLong(REGISTRATION_OFFSET, number, ByteOrder.LITTLE_ENDIAN);
        return this;
    }

    /** In a message of a node: whether the connection is that of the {@link #registration} from now on. */
    public boolean isNaming() {
        return isFlagged(FLAG_NAMING);
    }

    public LinkFrame naming(final boolean naming) {
        return flag(FLAG_NAMING, naming);
    }

    /** In a message of a node: whether it is for whoever has the {@link #registration} now, and for nobody if that is the flow that the frame names. */
    public boolean isSought() {
        return isFlagged(FLAG_SOUGHT);
    }

    public LinkFrame sought(final boolean sought) {
        return flag(FLAG_SOUGHT, sought);
    }

    /** In a message within a worker: the place in its chain of the service that gets it; 0 in all others. */
    public int toService() {
        return type() == TYPE_SIP_WITHIN ? frame.getByte(TO_SERVICE_OFFSET) : 0;
    }

    /** In a message within a worker: the place in its chain of the service that has said it; 0 in all others. */
    public int fromService() {
        return type() == TYPE_SIP_WITHIN ? frame.getByte(FROM_SERVICE_OFFSET) : 0;
    }

    public LinkFrame services(final int from, final int to) {
        frame.putByte(FROM_SERVICE_OFFSET, (byte) from);
        frame.putByte(TO_SERVICE_OFFSET, (byte) to);
        return this;
    }

    private boolean isFlagged(final int flag) {
        return headerLength() > FLAGS_OFFSET && (frame.getByte(FLAGS_OFFSET) & flag) != 0;
    }

    private LinkFrame flag(final int flag, final boolean isSet) {
        final int others = frame.getByte(FLAGS_OFFSET) & ~flag;
        frame.putByte(FLAGS_OFFSET, (byte) (isSet ? others | flag : others));
        return this;
    }
}
