@NullMarked
package dev.aether.server.grpc.reads;

import org.jspecify.annotations.NullMarked;
