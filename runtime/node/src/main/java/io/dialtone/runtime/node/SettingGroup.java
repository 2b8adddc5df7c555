package io.dialtone.runtime.node;

import java.util.List;

/**
 * Settings that belong together, under one heading of the help and of the reference. Immutable, for any thread.
 *
 * @param heading what they are about
 * @param settings in the order in which one meets them
 */
record SettingGroup(String heading, List<Setting<?>> settings) {
    static SettingGroup of(final String heading, final Setting<?>... settings) {
        return new SettingGroup(heading, List.of(settings));
    }
}
