package io.dialtone.runtime.link;

/** What a member of the cluster does, which says whom it talks with: edges with nodes, nodes with nodes. */
public enum LinkRole {
    EDGE,
    NODE
}
