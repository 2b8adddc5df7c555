package io.dialtone.state.replication;

import io.dialtone.api.link.LinkEndpoint;
import io.dialtone.api.link.LinkFrame;
import io.dialtone.api.link.LinkFrameHandler;
import io.dialtone.api.link.LinkPublication;
import io.dialtone.state.api.GridMember;
import io.dialtone.state.api.ImageView;
import io.dialtone.state.api.SessionRecord;
import io.dialtone.state.api.SlotAuthority;
import io.dialtone.state.api.SlotCommand;
import io.dialtone.state.api.SlotKeeper;
import io.dialtone.state.api.SlotMap;
import io.dialtone.state.api.SlotRules;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/** A few workers, the way between them and the registry, all moved by a test's hand: nothing happens but what {@link #turn} does. */
final class HandDrivenGrid {
    static final long MS = 1_000_000L;
    private static final int FRAME_BYTES_MAX = 1 << 17;

    final List<Worker> workers = new ArrayList<>();
    /** What workers have asked of the registry, in order. */
    final List<SlotCommand> asked = new ArrayList<>();

    SlotMap map;
    boolean isRegistryUp = true;
    long nowNs = 1_000 * MS;
    long registryHeardNs = nowNs;
    /** How often a worker has asked the registry for a sign of life. */
    int registryAsked;

    private final ReplicatorConfig config;

    HandDrivenGrid(final int nodes, final int slots, final int backups, final ReplicatorConfig config) {
        this.config = config;
        map = SlotMap.empty(slots, backups);
        for (int i = 0; i < nodes; i++) {
            workers.add(new Worker(i, 100 + i));
        }
        for (int i = 0; i < nodes; i++) {
            command(new SlotCommand.Join(memberOf(i)));
        }
        workers.forEach(Worker::start);
    }

    GridMember memberOf(final int number) {
        return new GridMember(
                number, workers.get(number).incarnation, "node-" + number, "host-" + number, "zone-1", false);
    }

    void command(final SlotCommand command) {
        map = SlotRules.apply(map, command);
    }

    /** One more node. */
    Worker join() {
        final Worker worker = new Worker(workers.size(), 100 + workers.size());
        workers.add(worker);
        command(new SlotCommand.Join(memberOf(worker.number)));
        worker.start();
        return worker;
    }

    /** Moves time on by a millisecond and lets every worker that is not stopped have a turn. */
    void turn() {
        nowNs += MS;
        if (isRegistryUp) {
            registryHeardNs = nowNs;
        }
        for (final Worker worker : workers) {
            worker.turn();
        }
    }

    void turns(final int count) {
        for (int i = 0; i < count; i++) {
            turn();
        }
    }

    /** Until every slot has the backups it wants, and nobody learns. */
    void settle() {
        for (int i = 0; i < 5_000; i++) {
            turn();
            boolean settled = true;
            for (int slot = 0; slot < map.slots(); slot++) {
                settled &= map.entry(slot).backups() == map.backupsWanted()
                        && map.entry(slot).learner() == -1
                        && map.entry(slot).target() == -1;
            }
            if (settled) {
                turns(20);
                return;
            }
        }
        throw new AssertionError("not settled: " + map.entry(0));
    }

    Worker ownerOf(final int slot) {
        return workers.get(map.entry(slot).owner());
    }

    Worker backupOf(final int slot) {
        return workers.get(map.entry(slot).backup(0));
    }

    /** One node's only worker, with an engine that remembers what it was told. */
    final class Worker implements SlotKeeper {
        final int number;
        final HeapImages images;
        final List<String> reopened = new ArrayList<>();
        final List<Integer> disowned = new ArrayList<>();
        final ReplicationCounters counters = new ReplicationCounters();
        final ArrayDeque<byte[]> inbox = new ArrayDeque<>();
        /** What is sent to this worker is lost. */
        boolean isDeaf;
        /** The registry's word does not reach this worker; what it asks for is heard. */
        @Nullable
        SlotMap onlyKnows;

        /** The worker has no turns; what is sent to it waits. */
        boolean isStopped;

        /** Neither other workers nor the registry are heard; they all hear this worker, and it says in each beat that it hears nobody. */
        boolean hearsNobody;

        private long deafSinceNs;
        long incarnation;
        final DeathHints hints = new DeathHints();
        Replicator replicator;
        private final LinkFrame frame = new LinkFrame();
        private final UnsafeBuffer received = new UnsafeBuffer(0, 0);
        private final SessionRecord record = new SessionRecord();

        @SuppressWarnings("NullAway.Init") // start() follows when all are there
        Worker(final int number, final long incarnation) {
            this.number = number;
            this.incarnation = incarnation;
            images = new HeapImages(map.slots(), 1 << 24);
        }

        void start() {
            replicator = new Replicator(
                    config,
                    new ReplicatorContext(
                            new Corridor(this), new Registry(this), images, this, hints, 1, counters, nowNs));
        }

        void turn() {
            if (isStopped) {
                return;
            }
            replicator.doWork(nowNs);
            for (byte[] bytes = inbox.poll(); bytes != null; bytes = inbox.poll()) {
                received.wrap(bytes);
                frame.wrap(received, 0, bytes.length);
                replicator.onFrame(frame, received, frame.headerLength(), frame.payloadLength());
            }
            replicator.flush(nowNs);
        }

        /** Makes a record of a session's new image with one output; its number. */
        long event(final int slot, final long key, final String image, final String output) {
            return replicator.append(recordOf(slot, key, output).image(bytes(image), 0, image.length(), 77));
        }

        /** From now on it hears nobody, or everybody again. */
        void deafen(final boolean deaf) {
            hearsNobody = deaf;
            isDeaf = deaf;
            deafSinceNs = nowNs;
            onlyKnows = deaf ? map : null;
        }

        long end(final int slot, final long key) {
            return replicator.append(recordOf(slot, key, "").ended());
        }

        private SessionRecord recordOf(final int slot, final long key, final String output) {
            final UnsafeBuffer keyBytes = new UnsafeBuffer(new byte[Long.BYTES]);
            keyBytes.putLong(0, key);
            return record.session(slot, key, keyBytes, 0, Long.BYTES).outputs(bytes(output), 0, output.length());
        }

        String imageOf(final int slot, final long key) {
            final UnsafeBuffer keyBytes = new UnsafeBuffer(new byte[Long.BYTES]);
            keyBytes.putLong(0, key);
            final ImageView view = new ImageView();
            if (!images.find(slot, key, keyBytes, 0, Long.BYTES, view)) {
                return "none";
            }
            return text(view.image(), 0, view.image().capacity());
        }

        long count(final ReplicationCounter counter) {
            return counters.get(counter);
        }

        @Override
        public void onOwned(final int slot, final long epoch, final long atNs) {}

        @Override
        public void onOpenOutputs(
                final int slot,
                final long recordNumber,
                final DirectBuffer outputs,
                final int offset,
                final int length) {
            reopened.add(text(outputs, offset, length));
        }

        @Override
        public void onDisowned(final int slot) {
            disowned.add(slot);
        }
    }

    private final class Registry implements SlotAuthority {
        private final Worker self;

        Registry(final Worker self) {
            this.self = self;
        }

        @Override
        public SlotMap map() {
            return self.onlyKnows == null ? map : self.onlyKnows;
        }

        @Override
        public void propose(final SlotCommand command) {
            asked.add(command);
            if (isRegistryUp) {
                command(command);
            }
        }

        @Override
        public long lastHeardNs() {
            return self.hearsNobody ? Math.min(self.deafSinceNs, registryHeardNs) : registryHeardNs;
        }

        @Override
        public void ask() {
            registryAsked++;
        }
    }

    /** The corridor as one worker sees it: frames are copied into the other's inbox. */
    private final class Corridor implements LinkEndpoint {
        private final Worker self;

        Corridor(final Worker self) {
            this.self = self;
        }

        @Override
        public int member() {
            return self.number;
        }

        @Override
        public int thread() {
            return 0;
        }

        @Override
        public long incarnation() {
            return self.incarnation;
        }

        @Override
        public LinkPublication publication(final int member, final int thread) {
            return new LinkPublication() {
                @Override
                public long offer(
                        final DirectBuffer header,
                        final int headerOffset,
                        final int headerLength,
                        final DirectBuffer body,
                        final int bodyOffset,
                        final int bodyLength) {
                    final byte[] bytes = new byte[headerLength + bodyLength];
                    header.getBytes(headerOffset, bytes, 0, headerLength);
                    body.getBytes(bodyOffset, bytes, headerLength, bodyLength);
                    if (!workers.get(member).isDeaf) {
                        workers.get(member).inbox.add(bytes);
                    }
                    return 1;
                }

                @Override
                public int frameBytesMax() {
                    return FRAME_BYTES_MAX;
                }
            };
        }

        @Override
        public int threadsOf(final int member) {
            return 1;
        }

        @Override
        public boolean isReachable(final int member, final int thread) {
            return !workers.get(member).isDeaf && !workers.get(member).isStopped;
        }

        @Override
        public long deafForNs(final int member, final int thread, final long atNs) {
            final Worker peer = workers.get(member);
            return peer.hearsNobody && !peer.isStopped ? Math.max(0, atNs - peer.deafSinceNs - 150 * MS) : 0;
        }

        @Override
        public long incarnationOf(final int member, final int thread) {
            return workers.get(member).incarnation;
        }

        @Override
        public int doWork(final long turnNs) {
            return 0;
        }

        @Override
        public long nextDeadlineNs() {
            return Long.MAX_VALUE;
        }

        @Override
        public int poll(final LinkFrameHandler handler, final int framesMax) {
            return 0;
        }
    }

    private static UnsafeBuffer bytes(final String text) {
        return new UnsafeBuffer(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static String text(final DirectBuffer buffer, final int offset, final int length) {
        final byte[] bytes = new byte[length];
        buffer.getBytes(offset, bytes);
        return new String(bytes, StandardCharsets.US_ASCII);
    }
}
