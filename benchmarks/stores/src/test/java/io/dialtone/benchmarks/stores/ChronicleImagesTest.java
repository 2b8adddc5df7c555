package io.dialtone.benchmarks.stores;

import io.dialtone.state.api.ImageStore;
import io.dialtone.state.store.ImageStoreContract;
import io.dialtone.state.store.SlabSettings;

final class ChronicleImagesTest extends ImageStoreContract {
    @Override
    protected ImageStore open(final long bytes) {
        return new ChronicleImages(
                SlabSettings.of(SLOTS, bytes).withSessionsMax(SESSIONS_MAX).withImageBytesMax(IMAGE_BYTES_MAX),
                40,
                1_024);
    }

    @Override
    protected void close(final ImageStore opened) {
        ((ChronicleImages) opened).close();
    }
}
