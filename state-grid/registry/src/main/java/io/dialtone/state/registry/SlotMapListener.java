package io.dialtone.state.registry;

import io.dialtone.state.api.SlotMap;

/** Told of each newer map, on the thread of the {@link RegistryClient}: it hands it on and returns. */
@FunctionalInterface
public interface SlotMapListener {
    /** Nobody. */
    SlotMapListener NONE = map -> {};

    void onMap(SlotMap map);
}
