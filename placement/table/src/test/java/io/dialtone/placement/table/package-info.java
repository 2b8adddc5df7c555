@NullMarked
package io.dialtone.placement.table;

import org.jspecify.annotations.NullMarked;
