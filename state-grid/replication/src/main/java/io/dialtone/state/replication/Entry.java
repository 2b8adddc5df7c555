package io.dialtone.state.replication;

import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * One entry of a stream, laid over a buffer. Not thread safe; one instance per use, wrapped anew for each entry.
 *
 * <pre>
 *   0                   1                   2                   3
 *   0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *  +---------------------------------------------------------------+
 *  |              Length of all, a multiple of 8                   |   0
 *  +---------------+-----------------------------------------------+
 *  |     Kind      |                    0                          |   4
 *  +---------------+-----------------------------------------------+
 *  |                             Slot                              |   8
 *  +---------------------------------------------------------------+
 *  |                          Key length                           |  12
 *  +---------------------------------------------------------------+
 *  |                          Epoch (64)                           |  16
 *  +---------------------------------------------------------------+
 *  |  Number within slot and epoch; of a snapshot's begin: the     |  24
 *  |  number of the slot's last record; of an epoch's begin: that   |
 *  |  of the last record of the former epoch (64)                  |
 *  +---------------------------------------------------------------+
 *  |  Hash of key; of a snapshot's begin: version of the slot's    |  32
 *  |  entry in the registry; of an epoch's begin: the former (64)  |
 *  +---------------------------------------------------------------+
 *  |  Next deadline, ns since 1970; of an epoch's begin: how many  |  40
 *  |  records follow that the former owner has left open (64)      |
 *  +---------------------------------------------------------------+
 *  |                         Image length                          |  48
 *  +---------------------------------------------------------------+
 *  |                        Outputs length                         |  52
 *  +---------------------------------------------------------------+
 *  |                Key, image, outputs, padding                     56
 * </pre>
 *
 * All numbers are little-endian, as {@link UnsafeBuffer} writes them on the machines we run on.
 */
final class Entry {
    static final int HEADER_BYTES = 56;
    static final int ALIGNMENT = 8;

    private static final int LENGTH_OFFSET = 0;
    private static final int KIND_OFFSET = 4;
    private static final int SLOT_OFFSET = 8;
    private static final int KEY_LENGTH_OFFSET = 12;
    private static final int EPOCH_OFFSET = 16;
    private static final int NUMBER_OFFSET = 24;
    private static final int KEY_HASH_OFFSET = 32;
    private static final int DEADLINE_OFFSET = 40;
    private static final int IMAGE_LENGTH_OFFSET = 48;
    private static final int OUTPUTS_LENGTH_OFFSET = 52;

    private final UnsafeBuffer entry = new UnsafeBuffer(0, 0);

    static int bytes(final int keyLength, final int imageLength, final int outputsLength) {
        return (HEADER_BYTES + keyLength + imageLength + outputsLength + ALIGNMENT - 1) & -ALIGNMENT;
    }

    /** Lays this over received bytes; false if they are no whole entry. */
    boolean wrap(final DirectBuffer buffer, final int offset, final int limit) {
        if (limit - offset < HEADER_BYTES) {
            return false;
        }
        final int length = buffer.getInt(offset + LENGTH_OFFSET);
        if (length < HEADER_BYTES || length > limit - offset || length % ALIGNMENT != 0) {
            return false;
        }
        entry.wrap(buffer, offset, length);
        final long content = (long) entry.getInt(KEY_LENGTH_OFFSET)
                + entry.getInt(IMAGE_LENGTH_OFFSET)
                + entry.getInt(OUTPUTS_LENGTH_OFFSET);
        return keyLength() >= 0
                && imageLength() >= 0
                && outputsLength() >= 0
                && content <= length - HEADER_BYTES
                && kind() >= EntryKind.IMAGE
                && kind() <= EntryKind.EPOCH_BEGIN;
    }

    /** Lays this over an entry that we wrote ourselves. */
    Entry wrapOwn(final DirectBuffer buffer, final int offset) {
        entry.wrap(buffer, offset, buffer.getInt(offset + LENGTH_OFFSET));
        return this;
    }

    static void writePad(final MutableDirectBuffer buffer, final int offset, final int length) {
        buffer.putInt(offset + LENGTH_OFFSET, length);
        buffer.putInt(offset + KIND_OFFSET, EntryKind.PAD);
    }

    static int lengthAt(final DirectBuffer buffer, final int offset) {
        return buffer.getInt(offset + LENGTH_OFFSET);
    }

    static byte kindAt(final DirectBuffer buffer, final int offset) {
        return buffer.getByte(offset + KIND_OFFSET);
    }

    /** Begins an entry; its numbers and {@link #contents} follow. */
    Entry begin(final MutableDirectBuffer buffer, final int offset, final int length, final byte kind) {
        entry.wrap(buffer, offset, length);
        entry.putInt(LENGTH_OFFSET, length);
        entry.putInt(KIND_OFFSET, kind);
        entry.putInt(KEY_LENGTH_OFFSET, 0);
        entry.putLong(KEY_HASH_OFFSET, 0);
        entry.putLong(DEADLINE_OFFSET, Long.MAX_VALUE);
        entry.putInt(IMAGE_LENGTH_OFFSET, 0);
        entry.putInt(OUTPUTS_LENGTH_OFFSET, 0);
        return this;
    }

    Entry of(final int slot, final long epoch, final long number) {
        entry.putInt(SLOT_OFFSET, slot);
        entry.putLong(EPOCH_OFFSET, epoch);
        entry.putLong(NUMBER_OFFSET, number);
        return this;
    }

    Entry keyHash(final long hash) {
        entry.putLong(KEY_HASH_OFFSET, hash);
        return this;
    }

    Entry deadlineNs(final long deadline) {
        entry.putLong(DEADLINE_OFFSET, deadline);
        return this;
    }

    Entry contents(final DirectBuffer key, final DirectBuffer image, final DirectBuffer outputs, final long deadline) {
        entry.putLong(DEADLINE_OFFSET, deadline);
        entry.putInt(KEY_LENGTH_OFFSET, key.capacity());
        entry.putInt(IMAGE_LENGTH_OFFSET, image.capacity());
        entry.putInt(OUTPUTS_LENGTH_OFFSET, outputs.capacity());
        entry.putBytes(HEADER_BYTES, key, 0, key.capacity());
        entry.putBytes(HEADER_BYTES + key.capacity(), image, 0, image.capacity());
        entry.putBytes(HEADER_BYTES + key.capacity() + image.capacity(), outputs, 0, outputs.capacity());
        return this;
    }

    /** Says what another record says, but for the image; to be begun with {@link #bytesWithoutImage()} of the other. */
    Entry withoutImage(final Entry record) {
        of(record.slot(), record.epoch(), record.number()).keyHash(record.keyHash());
        entry.putLong(DEADLINE_OFFSET, record.deadlineNs());
        entry.putInt(KEY_LENGTH_OFFSET, record.keyLength());
        entry.putInt(IMAGE_LENGTH_OFFSET, 0);
        entry.putInt(OUTPUTS_LENGTH_OFFSET, record.outputsLength());
        entry.putBytes(HEADER_BYTES, record.entry, record.keyOffset(), record.keyLength());
        entry.putBytes(outputsOffset(), record.entry, record.outputsOffset(), record.outputsLength());
        return this;
    }

    int bytesWithoutImage() {
        return bytes(keyLength(), 0, outputsLength());
    }

    int length() {
        return entry.getInt(LENGTH_OFFSET);
    }

    byte kind() {
        return entry.getByte(KIND_OFFSET);
    }

    int slot() {
        return entry.getInt(SLOT_OFFSET);
    }

    long epoch() {
        return entry.getLong(EPOCH_OFFSET);
    }

    long number() {
        return entry.getLong(NUMBER_OFFSET);
    }

    long keyHash() {
        return entry.getLong(KEY_HASH_OFFSET);
    }

    long deadlineNs() {
        return entry.getLong(DEADLINE_OFFSET);
    }

    int keyLength() {
        return entry.getInt(KEY_LENGTH_OFFSET);
    }

    int imageLength() {
        return entry.getInt(IMAGE_LENGTH_OFFSET);
    }

    int outputsLength() {
        return entry.getInt(OUTPUTS_LENGTH_OFFSET);
    }

    /** The buffer the offsets below are in. */
    DirectBuffer buffer() {
        return entry;
    }

    int keyOffset() {
        return HEADER_BYTES;
    }

    int imageOffset() {
        return HEADER_BYTES + keyLength();
    }

    int outputsOffset() {
        return imageOffset() + imageLength();
    }
}
