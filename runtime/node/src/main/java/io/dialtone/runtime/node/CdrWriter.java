package io.dialtone.runtime.node;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dialtone.runtime.sip.CallLog;
import io.dialtone.runtime.sip.CallRecord;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntFunction;
import org.agrona.BitUtil;
import org.agrona.BufferUtil;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.ringbuffer.ManyToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.RingBufferDescriptor;
import org.jspecify.annotations.Nullable;

/**
 * Writes a line of JSON for each call that has ended, on a thread of its own. Workers hand over records through a queue of fixed size and never wait: what finds no room, or what the file does not take, is
 * dropped and counted.
 */
final class CdrWriter implements Agent {
    private static final System.Logger LOGGER = System.getLogger(CdrWriter.class.getName());
    private static final int RECORD = 1;
    private static final int SESSION_OFFSET = 0;
    private static final int SLOT_OFFSET = 8;
    private static final int MEMBER_OFFSET = 12;
    private static final int SERVICE_OFFSET = 16;
    private static final int CALL_OFFSET = 20;
    private static final int RECORDS_PER_TURN_MAX = 256;
    private static final long NS_PER_S = 1_000_000_000L;
    private static final long NS_PER_MS = 1_000_000L;

    private final ManyToOneRingBuffer queue;
    private final CdrFile file;
    /** Names of services; what the queue holds is a place among them. */
    private final List<String> services = new CopyOnWriteArrayList<>();

    private final IntFunction<String> nodes;
    private final CallRecord call = new CallRecord();
    private final StringBuilder lines = new StringBuilder();
    private final AtomicLong written = new AtomicLong();
    private final AtomicLong queueFull = new AtomicLong();
    private final AtomicLong fileFailed = new AtomicLong();
    private int linesInHand;
    private boolean hasComplained;

    private CdrWriter(final int queueBytes, final CdrFile file, final IntFunction<String> nodes) {
        queue = new ManyToOneRingBuffer(new UnsafeBuffer(BufferUtil.allocateDirectAligned(
                BitUtil.findNextPositivePowerOfTwo(queueBytes) + RingBufferDescriptor.TRAILER_LENGTH,
                BitUtil.CACHE_LINE_LENGTH)));
        this.file = file;
        this.nodes = nodes;
    }

    /**
     * Opens the file of a process.
     *
     * @param nodes name of a member by its number
     */
    static CdrWriter open(
            final Path directory, final String process, final Settings settings, final IntFunction<String> nodes)
            throws UnavailableException {
        try {
            Files.createDirectories(directory);
            return new CdrWriter(
                    settings.get(CdrSettings.QUEUE_SIZE),
                    CdrFile.open(
                            directory.resolve(process + ".cdr.jsonl"),
                            settings.get(CdrSettings.FILE_MAX),
                            settings.get(CdrSettings.FILES_MAX)),
                    nodes);
        } catch (IOException e) {
            throw new UnavailableException(
                    CdrSettings.DIRECTORY.key() + ": call records cannot be written to " + directory + " (" + e + ")");
        }
    }

    /** What a node's workers tell of one of its services. Called while the node is built. */
    CallLog log(final int member, final long incarnation, final String service) {
        if (!services.contains(service)) {
            services.add(service);
        }
        return new Log(member, incarnation, services.indexOf(service));
    }

    // ---- the workers' threads

    private final class Log implements CallLog {
        private final int member;
        private final long incarnation;
        private final int service;

        Log(final int member, final long incarnation, final int service) {
            this.member = member;
            this.incarnation = incarnation;
            this.service = service;
        }

        @Override
        public boolean isOn() {
            return true;
        }

        @Override
        public int member() {
            return member;
        }

        @Override
        public long incarnation() {
            return incarnation;
        }

        @Override
        public void onEnded(final long session, final int slot, final CallRecord ended) {
            final int index = queue.tryClaim(RECORD, CALL_OFFSET + Integer.BYTES + CallRecord.ENCODED_BYTES_MAX);
            if (index < 0) {
                queueFull.incrementAndGet();
                return;
            }
            final UnsafeBuffer buffer = (UnsafeBuffer) queue.buffer();
            buffer.putLong(index + SESSION_OFFSET, session);
            buffer.putInt(index + SLOT_OFFSET, slot);
            buffer.putInt(index + MEMBER_OFFSET, member);
            buffer.putInt(index + SERVICE_OFFSET, service);
            buffer.putInt(index + CALL_OFFSET, ended.encode(buffer, index + CALL_OFFSET + Integer.BYTES));
            queue.commit(index);
        }
    }

    // ---- the writer's thread

    @Override
    public int doWork() {
        final int records = queue.read(this::onRecord, RECORDS_PER_TURN_MAX);
        if (records > 0) {
            flush();
        }
        return records;
    }

    private void onRecord(final int type, final MutableDirectBuffer buffer, final int index, final int length) {
        final int callLength = buffer.getInt(index + CALL_OFFSET);
        if (!call.decode(buffer, index + CALL_OFFSET + Integer.BYTES, callLength)) {
            throw new IllegalStateException("a record of " + callLength + " bytes that this process has not written");
        }
        lines.append(line(
                                buffer.getLong(index + SESSION_OFFSET),
                                buffer.getInt(index + SLOT_OFFSET),
                                buffer.getInt(index + MEMBER_OFFSET),
                                services.get(buffer.getInt(index + SERVICE_OFFSET)))
                        .toString())
                .append('\n');
        linesInHand++;
    }

    private ObjectNode line(final long session, final int slot, final int member, final String service) {
        final ObjectNode line = Json.object();
        final String name = Long.toHexString(session);
        line.put("id", name + "-" + Long.toHexString(call.beganNs()) + "-" + call.leg())
                .put("session", name)
                .put("slot", slot)
                .put("service", service)
                .put("leg", call.leg())
                .put("direction", call.isProxied() ? "through" : call.isOurs() ? "out" : "in")
                .put("callId", call.callId())
                .put("from", call.from())
                .put("to", call.to());
        if (!call.target().isEmpty()) {
            line.put("target", call.target());
        }
        time(line, "began", call.beganNs());
        time(line, "rang", call.rangNs());
        time(line, "answered", call.answeredNs());
        time(line, "ended", call.endedNs());
        line.put("durationMs", call.isAnswered() ? (call.endedNs() - call.answeredNs()) / NS_PER_MS : 0)
                .put("status", call.status())
                .put("endedBy", call.endedBy().name().toLowerCase(Locale.ROOT));
        final ArrayNode owners = line.putArray("owners");
        for (final int owner : call.owners()) {
            owners.add(nodes.apply(owner));
        }
        return line.put("takeOvers", call.takeOvers()).put("writtenBy", nodes.apply(member));
    }

    private static void time(final ObjectNode line, final String name, final long ns) {
        if (ns != 0) {
            line.put(name, Instant.ofEpochSecond(ns / NS_PER_S, ns % NS_PER_S).toString());
        }
    }

    private void flush() {
        try {
            file.write(ByteBuffer.wrap(lines.toString().getBytes(StandardCharsets.UTF_8)));
            written.addAndGet(linesInHand);
            hasComplained = false;
        } catch (IOException e) {
            fileFailed.addAndGet(linesInHand);
            if (!hasComplained) {
                hasComplained = true;
                LOGGER.log(System.Logger.Level.ERROR, "call records are lost: {0}", e.toString());
            }
        }
        lines.setLength(0);
        linesInHand = 0;
    }

    @Override
    public String roleName() {
        return "cdr-writer";
    }

    @Override
    public void onClose() {
        while (doWork() > 0) {
            // the workers have ended: what they have left is written
        }
        try {
            file.close();
        } catch (IOException e) {
            LOGGER.log(System.Logger.Level.WARNING, "the file of call records: {0}", e.toString());
        }
    }

    /** Adds what it counts; nothing where none is. */
    static void metrics(final MetricsPage page, final @Nullable CdrWriter writer) {
        page.counter("dialtone_cdr_written_total", "Records of ended calls that were written.")
                .sample(writer == null ? 0 : writer.written.getAcquire());
        page.counter(
                        "dialtone_cdr_dropped_total",
                        "Records of ended calls that were not: the queue was full, or the file did not take them.")
                .sample(writer == null ? 0 : writer.queueFull.getAcquire(), "why", "queue")
                .sample(writer == null ? 0 : writer.fileFailed.getAcquire(), "why", "file");
    }
}
