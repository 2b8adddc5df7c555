package io.dialtone.benchmarks.stores;

import io.dialtone.state.api.ImageStore;
import io.dialtone.state.store.SlabImages;
import io.dialtone.state.store.SlabSettings;

/** The stores that are compared; named on the command line. */
public enum StoreKind {
    /** What a worker uses. */
    SLAB {
        @Override
        ImageStore open(final int sessionsMax) {
            return new SlabImages(
                    SlabSettings.of(SLOTS, bytesFor(sessionsMax) * 9 / 8).withSessionsMax(sessionsMax + 1));
        }
    },
    /** What the design once named. */
    CHRONICLE {
        @Override
        ImageStore open(final int sessionsMax) {
            return new ChronicleImages(
                    SlabSettings.of(SLOTS, bytesFor(sessionsMax)).withSessionsMax(sessionsMax + 1),
                    KEY_BYTES,
                    IMAGE_BYTES);
        }
    };

    static final int SLOTS = 256;
    static final int KEY_BYTES = 40;
    static final int IMAGE_BYTES = 1_024;

    /** A store with room for so many sessions of 1 KiB. */
    abstract ImageStore open(int sessionsMax);

    private static long bytesFor(final int sessions) {
        return (sessions + 1_000L) * (KEY_BYTES + IMAGE_BYTES);
    }
}
