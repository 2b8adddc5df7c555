package io.dialtone.runtime.link;

import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Sizes and times of the corridor, the same for the driver of a host and all who use it.
 *
 * @param directory the driver's shared memory; one for each host
 * @param termBytes length of a term buffer; a stream has three, taken when it is opened; the longest frame is an eighth of it
 * @param mtuBytes largest packet between hosts; above 1 408 needs jumbo frames: IP fragments, where one is lost, stop a host for half a minute
 * @param parkMinUs shortest rest of the driver's thread when it found no work; bounds what a driver that has little to do costs
 * @param parkMaxUs longest rest of the driver's thread; bounds what an idle driver adds to a packet between hosts, and costs CPU when small
 * @param driverSilenceMsMax how long the driver may be silent before its users give up, and a restarted one waits before it takes the directory
 * @param clientSilenceMsMax how long a process may be silent before the driver drops its streams
 * @param beatIntervalMs how often each thread shows its peers that it works
 * @param peerSilenceMsMax how long a peer's thread may be silent before it is held unreachable
 */
public record LinkSettings(
        Path directory,
        int termBytes,
        int mtuBytes,
        int parkMinUs,
        int parkMaxUs,
        int driverSilenceMsMax,
        int clientSilenceMsMax,
        int beatIntervalMs,
        int peerSilenceMsMax) {
    public static final int TERM_BYTES_DEFAULT = 1 << 20;
    public static final int TERM_BYTES_MIN = 1 << 20;
    public static final int TERM_BYTES_MAX = 1 << 26;
    public static final int MTU_BYTES_DEFAULT = 1408;

    /** Largest fragment inside a host, where nothing is lost and no packet is too long. */
    static final int MTU_BYTES_INSIDE = 8192;

    public static final int MTU_BYTES_MIN = 1408;
    public static final int MTU_BYTES_MAX = 65504;
    public static final int PARK_MIN_US_DEFAULT = 1;
    public static final int PARK_MAX_US_DEFAULT = 1_000;
    public static final int DRIVER_SILENCE_MS_MAX_DEFAULT = 2_000;
    public static final int CLIENT_SILENCE_MS_MAX_DEFAULT = 2_000;
    public static final int BEAT_INTERVAL_MS_DEFAULT = 50;
    public static final int PEER_SILENCE_MS_MAX_DEFAULT = 500;

    /** Aeron aligns frames in a term to this. */
    private static final int FRAME_ALIGNMENT = 32;

    private static final int SILENCE_MS_MIN = 500;

    public LinkSettings {
        if (termBytes < TERM_BYTES_MIN || termBytes > TERM_BYTES_MAX || Integer.bitCount(termBytes) != 1) {
            throw wrong(
                    "term-bytes",
                    termBytes,
                    "a power of two from " + TERM_BYTES_MIN + " to " + TERM_BYTES_MAX,
                    TERM_BYTES_DEFAULT);
        }
        if (mtuBytes < MTU_BYTES_MIN || mtuBytes > MTU_BYTES_MAX || mtuBytes % FRAME_ALIGNMENT != 0) {
            throw wrong(
                    "mtu-bytes",
                    mtuBytes,
                    "a multiple of " + FRAME_ALIGNMENT + " from " + MTU_BYTES_MIN + " to " + MTU_BYTES_MAX,
                    MTU_BYTES_DEFAULT);
        }
        if (parkMaxUs < 1 || parkMaxUs > 10_000) {
            throw wrong("park-max-us", parkMaxUs, "1 to 10000", PARK_MAX_US_DEFAULT);
        }
        if (parkMinUs < 1 || parkMinUs > parkMaxUs) {
            throw wrong("park-min-us", parkMinUs, "1 to park-max, which is " + parkMaxUs, PARK_MIN_US_DEFAULT);
        }
        if (driverSilenceMsMax < SILENCE_MS_MIN) {
            throw wrong(
                    "driver-silence-ms-max", driverSilenceMsMax, ">= " + SILENCE_MS_MIN, DRIVER_SILENCE_MS_MAX_DEFAULT);
        }
        if (clientSilenceMsMax < SILENCE_MS_MIN) {
            throw wrong(
                    "client-silence-ms-max", clientSilenceMsMax, ">= " + SILENCE_MS_MIN, CLIENT_SILENCE_MS_MAX_DEFAULT);
        }
        if (beatIntervalMs < 1) {
            throw wrong("beat-interval-ms", beatIntervalMs, "> 0", BEAT_INTERVAL_MS_DEFAULT);
        }
        if (peerSilenceMsMax < 3 * beatIntervalMs) {
            throw wrong(
                    "peer-silence-ms-max",
                    peerSilenceMsMax,
                    ">= three beats of " + beatIntervalMs + " ms",
                    10 * beatIntervalMs);
        }
    }

    /** The defaults, with the driver of the named host. */
    public static LinkSettings defaults(final String host) {
        return defaults(directoryOf(host));
    }

    public static LinkSettings defaults(final Path directory) {
        return new LinkSettings(
                directory,
                TERM_BYTES_DEFAULT,
                MTU_BYTES_DEFAULT,
                PARK_MIN_US_DEFAULT,
                PARK_MAX_US_DEFAULT,
                DRIVER_SILENCE_MS_MAX_DEFAULT,
                CLIENT_SILENCE_MS_MAX_DEFAULT,
                BEAT_INTERVAL_MS_DEFAULT,
                PEER_SILENCE_MS_MAX_DEFAULT);
    }

    /** The same where all members are on one host: its driver carries no packets, and nobody waits for what else it does. */
    public LinkSettings onOneHost() {
        return new LinkSettings(
                directory,
                termBytes,
                mtuBytes,
                Math.max(parkMinUs, parkMaxUs / 2),
                parkMaxUs,
                driverSilenceMsMax,
                clientSilenceMsMax,
                beatIntervalMs,
                peerSilenceMsMax);
    }

    /** Where the driver of a host keeps its memory: {@code /dev/shm/dialtone-HOST}, or the same below the temporary folder where there is no such. */
    public static Path directoryOf(final String host) {
        final Path sharedMemory = Path.of("/dev/shm");
        final Path parent =
                Files.isDirectory(sharedMemory) ? sharedMemory : Path.of(System.getProperty("java.io.tmpdir"));
        return parent.resolve("dialtone-" + host.replaceAll("[^A-Za-z0-9._-]", "_"));
    }

    private static IllegalArgumentException wrong(
            final String name, final int value, final String expected, final int maybe) {
        return new IllegalArgumentException(
                "link " + name + ": " + value + " (expected: " + expected + "). Maybe " + maybe + ".");
    }
}
