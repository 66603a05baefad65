package dev.aether.examples.orders;

/** Events of an order. Amounts are in cents. */
sealed interface OrderEvent {
  record OrderPlaced(String sku, int quantity, long amount) implements OrderEvent {}

  record OrderConfirmed() implements OrderEvent {}

  record OrderCancelled(String why) implements OrderEvent {}
}
