/** How the parts of a node tell what they measure, without knowing who collects it. */
@NullMarked
package dev.aether.server.measure;

import org.jspecify.annotations.NullMarked;
