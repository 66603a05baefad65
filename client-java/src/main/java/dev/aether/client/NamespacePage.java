package dev.aether.client;

import java.util.List;

/**
 * A page of a list of namespaces.
 *
 * @param namespaces the namespaces on the page; may be empty even if there is a next page
 * @param nextPageToken requests the next page; empty on the last page
 */
public record NamespacePage(List<NamespaceInfo> namespaces, String nextPageToken) {
  /** Copies the namespaces. */
  public NamespacePage {
    namespaces = List.copyOf(namespaces);
  }
}
