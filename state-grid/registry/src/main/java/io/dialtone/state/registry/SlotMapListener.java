package io.dialtone.state.registry;

import io.dialtone.state.api.SlotMap;

/** Told of each newer map, on the thread of the {@link RegistryClient}: it hands it on and returns. */
@FunctionalInterface
public interface SlotMapListener {
    /** Nobody. */
    SlotMapListener NONE = (map, figures) -> {};

    void onMap(SlotMap map, SessionFigures figures);

    /** The answer to {@link RegistryClient#askForSchema}. */
    default void onSchema(final long identity, final String text) {}
}
