package io.dialtone.runtime.node;

import java.nio.file.Path;

/** Settings of every process that stays: its name, its admin address, its log. */
final class CommonSettings {
    static final String ADMIN_HOST = "127.0.0.1";
    static final int ADMIN_PORT_FIRST = 9060;
    static final int ADMIN_PORT_LAST = 9079;

    static final Setting<String> NAME = Setting.optional(
            "name",
            "--name",
            SettingType.text("NAME", "a name for people"),
            "what status and metrics call this process; a member of a cluster is found in its file by this name");

    static final Setting<Endpoint> ADMIN = Setting.of(
            "admin.listen",
            "--admin",
            SettingType.endpoint("HOST:PORT"),
            ADMIN_HOST + ":" + ADMIN_PORT_FIRST,
            "address of /metrics, /status and the admin commands; where the default is taken, the next free port up to "
                    + ADMIN_PORT_LAST);

    static final Setting<Boolean> ADMIN_ALLOW_REMOTE = Setting.of(
            "admin.allow-remote",
            "--admin-allow-remote",
            SettingType.yesOrNo(),
            "false",
            "allows an admin address that other machines can reach; then admin.token-file is needed too");

    static final Setting<Path> ADMIN_TOKEN_FILE = Setting.optional(
            "admin.token-file",
            "--admin-token-file",
            SettingType.file(),
            "file with a secret that admin commands must carry as 'Authorization: Bearer ...'");

    static final Setting<LogLevel> LOG_LEVEL = Setting.of(
            "log.level",
            "--log-level",
            SettingType.oneOf(LogLevel.class),
            "info",
            "the least that is worth a line on standard output");

    static final SettingGroup GROUP =
            SettingGroup.of("Administration", NAME, ADMIN, ADMIN_ALLOW_REMOTE, ADMIN_TOKEN_FILE, LOG_LEVEL);

    private CommonSettings() {}
}
