package io.dialtone.runtime.node;

import java.nio.file.Path;
import java.util.List;

/** Settings of the stand-alone SIP balancer. */
final class SipLbSettings {
    static final Setting<List<BackendSpec>> BACKENDS = Setting.optional(
            "sip-lb.backends",
            "--backend",
            SettingType.listOf(BackendSpec.TYPE),
            "a server that takes calls, and its share of them; once for each");

    static final Setting<Path> BACKENDS_FILE = Setting.optional(
            "sip-lb.backends-file",
            "--backends-file",
            SettingType.file(),
            "file with a backend a line, as for --backend; read again by 'dialtone reload' and by SIGHUP");

    static final Setting<String> AFFINITY = Setting.of(
            "sip-lb.affinity",
            "--affinity",
            AffinitySpec.TYPE,
            "call-id",
            "which part of a request decides its backend, when no dialog does");

    static final Setting<Path> TOKEN_KEY_FILE = Setting.optional(
            "sip-lb.token-key-file",
            "--token-key-file",
            SettingType.file(),
            "file with the secret (16 bytes or more) that seals Record-Route; balancers that share it can stand in for each other."
                    + " Without one a random secret lasts until the process ends");

    static final SettingGroup BACKENDS_GROUP =
            SettingGroup.of("Backends", BACKENDS, BACKENDS_FILE, AFFINITY, TOKEN_KEY_FILE);

    static final List<SettingGroup> GROUPS =
            List.of(SipSettings.LISTENING, BACKENDS_GROUP, SipSettings.SOCKETS, CommonSettings.GROUP);

    private SipLbSettings() {}
}
