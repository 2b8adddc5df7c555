package io.dialtone.runtime.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dialtone.state.registry.RegistryDisk;
import io.dialtone.state.registry.RegistryMemberSettings;
import io.dialtone.state.registry.RegistryPeer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process's seat in the registry while its disk is full; how full it is says the test. */
class RegistrySeatTest {
    private static final long LONG_ENOUGH_NS = TimeUnit.SECONDS.toNanos(30);
    private static final long FULL = RegistryDisk.ROOM_MIN_BYTES - 1;
    private static final long NOT_ENOUGH_TO_START = RegistryDisk.ROOM_START_BYTES - 1;
    private static final long ENOUGH = RegistryDisk.ROOM_START_BYTES;

    @TempDir
    Path folder = Path.of("");

    private final AtomicLong freeBytes = new AtomicLong(ENOUGH);
    private final AtomicLong asked = new AtomicLong();
    private final Logger logger = Logger.getLogger(RegistrySeat.class.getName());
    private final ErrorNotes errors = new ErrorNotes();

    @BeforeEach
    void listen() {
        logger.addHandler(errors);
    }

    @AfterEach
    void listenNoMore() {
        logger.removeHandler(errors);
    }

    @Test
    void shouldBeDownWhileItsDiskIsFullAndComeBackWhenThereIsRoomSayingSoOnce() throws IOException {
        try (RegistrySeat seat = seat()) {
            await(() -> seat.role().equals("leader"));
            assertEquals("", seat.problem());

            freeBytes.set(FULL);
            await(() -> seat.role().equals("down"));
            awaitAsked(3);
            freeBytes.set(NOT_ENOUGH_TO_START);
            awaitAsked(3);

            final ObjectNode status = JsonMapper.builder().build().createObjectNode();
            seat.status(status);
            assertEquals("down", status.get("registry").asText());
            assertTrue(status.get("registryProblem").asText().contains("is full"), status::toString);
            final MetricsPage page = new MetricsPage();
            seat.metrics(page);
            assertTrue(page.toString().contains("dialtone_registry_disk_free_bytes " + NOT_ENOUGH_TO_START));
            assertTrue(page.toString().contains("dialtone_registry_up 0"));
            assertEquals(1, errors.texts.size(), errors.texts::toString);

            freeBytes.set(ENOUGH);
            await(() -> seat.role().equals("leader"));
            assertEquals("", seat.problem());
            assertEquals(1, errors.texts.size(), errors.texts::toString);
        }
    }

    @Test
    void shouldNotSpeakAgainOfWhatComesBackAtOnce() throws IOException {
        try (RegistrySeat seat = seat()) {
            for (int times = 0; times < 2; times++) {
                await(() -> seat.role().equals("leader"));
                freeBytes.set(FULL);
                await(() -> seat.role().equals("down"));
                freeBytes.set(ENOUGH);
            }
            await(() -> seat.role().equals("leader"));

            assertEquals(1, errors.texts.size(), errors.texts::toString);
        }
    }

    @Test
    void shouldStartDownOnAFullDiskAndTakeTheSeatWhenThereIsRoom() throws IOException {
        freeBytes.set(FULL);
        try (RegistrySeat seat = seat()) {
            assertEquals("down", seat.role());
            assertTrue(seat.problem().contains("is full"), seat::problem);
            awaitAsked(2);
            assertEquals(1, errors.texts.size(), errors.texts::toString);

            freeBytes.set(ENOUGH);
            await(() -> seat.role().equals("leader"));

            assertEquals("", seat.problem());
        }
    }

    private RegistrySeat seat() throws IOException {
        final RegistryMemberSettings settings = new RegistryMemberSettings(
                0,
                List.of(new RegistryPeer(0, "127.0.0.1", FreePorts.block(RegistryPeer.PORTS))),
                folder.resolve("registry"),
                folder.resolve("driver"),
                16,
                1,
                RegistryMemberSettings.PARK_MAX_US_DEFAULT);
        return new RegistrySeat(settings, new RegistryDisk(settings.directory(), () -> {
            asked.incrementAndGet();
            return freeBytes.get();
        }));
    }

    /** So many attempts, or looks, from now on. */
    private void awaitAsked(final int times) {
        final long before = asked.get();
        await(() -> asked.get() >= before + times);
    }

    private static void await(final BooleanSupplier isSo) {
        final long deadlineNs = System.nanoTime() + LONG_ENOUGH_NS;
        while (!isSo.getAsBoolean()) {
            assertTrue(System.nanoTime() - deadlineNs < 0, "waited in vain");
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
        }
    }

    /** Takes a note of each error that the log is told. */
    private static final class ErrorNotes extends Handler {
        private final List<String> texts = new CopyOnWriteArrayList<>();

        @Override
        public void publish(final LogRecord entry) {
            if (entry.getLevel().intValue() >= Level.SEVERE.intValue()) {
                texts.add(entry.getMessage());
            }
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }
}
