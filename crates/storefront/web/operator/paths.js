// @ts-check

export const paths = {
  overview: '/operator',
  seats: '/operator/seats',
  concerts: '/operator/concerts',
  newConcert: '/operator/concerts/new',
  /** @param {string} id */
  concert: (id) => `/operator/concerts/${id}`,
};
