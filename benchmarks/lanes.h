/* The lanes of the two limits: one vector of floats and what they do with it, for AVX-512 (F, DQ, BW; 16 lanes) and for
 * AVX2 with FMA (8 lanes).
 *
 * `mask` chooses lanes; `member` says which lanes' points are of a class, in the form that adds fastest. TOGETHER vectors
 * are computed side by side, so that their waits overlap: with AVX2, four make a batch of 32 rows.
 */
#include <immintrin.h>
#include <stdint.h>
#include <string.h>

#define INLINE static inline __attribute__((always_inline))

#if defined __AVX512DQ__ && defined __AVX512BW__

typedef __m512 vec;
typedef __m512i whole;
typedef __mmask16 mask, member;
enum { LANES = 16, TOGETHER = 1 };
#define SET(x) _mm512_set1_ps(x)
#define FMA(a, b, c) _mm512_fmadd_ps(a, b, c)
#define FMS(a, b, c) _mm512_fmsub_ps(a, b, c)
#define FNMA(a, b, c) _mm512_fnmadd_ps(a, b, c)
#define MUL(a, b) _mm512_mul_ps(a, b)
#define ADD(a, b) _mm512_add_ps(a, b)
#define SUB(a, b) _mm512_sub_ps(a, b)
#define MAX(a, b) _mm512_max_ps(a, b)
#define ZERO _mm512_setzero_ps()
#define LOAD(p) _mm512_loadu_ps(p)
#define STORE(p, a) _mm512_storeu_ps(p, a)
#define TOTAL(a) _mm512_reduce_add_ps(a)
#define RECIPROCAL_ESTIMATE(x) _mm512_rcp14_ps(x)
#define ROOT_ESTIMATE(x) _mm512_rsqrt14_ps(x) /* of 1 / sqrt(x) */
#define POSITIVE(a) _mm512_cmp_ps_mask(a, ZERO, _CMP_GT_OQ)
#define KEEP(on, a) _mm512_maskz_mov_ps(on, a) /* zero in the other lanes */
#define KEEP_FMA(on, a, b, c) _mm512_maskz_fmadd_ps(on, a, b, c)
#define MUL_WHERE(on, a, b) _mm512_mask_mul_ps(a, on, a, b)
#define ADD_OWN(y, a, b) _mm512_mask_add_ps(a, y, a, b) /* adds b in the class's lanes */
#define LESS_ONE(y, a) _mm512_mask_sub_ps(a, y, a, SET(1.f))
#define CLASS(y, c) _mm512_cmpeq_epi32_mask(y, _mm512_set1_epi32(c))
#define CLASS_WHERE(on, y, c) _mm512_mask_cmpeq_epi32_mask(on, y, _mm512_set1_epi32(c))
#define FRACTION(t) _mm512_reduce_ps(t, 0x09) /* t less the nearest whole number */
#define SCALE(p, t) _mm512_scalef_ps(p, t)     /* p, near 2 to FRACTION(t), times 2 to the rest of t */
#define EXPONENT(x) _mm512_getexp_ps(x)
#define MANTISSA(x) _mm512_getmant_ps(x, _MM_MANT_NORM_1_2, _MM_MANT_SIGN_zero)

/* x = mantissa (0.75 to 1.5) times 2 to the exponent. */
INLINE void split(vec x, vec *exponent, vec *mantissa) {
    vec e = _mm512_getexp_ps(x), m = _mm512_getmant_ps(x, _MM_MANT_NORM_p75_1p5, _MM_MANT_SIGN_zero);
    __mmask16 high =
        _mm512_cmp_ps_mask(_mm512_getmant_ps(x, _MM_MANT_NORM_1_2, _MM_MANT_SIGN_zero), SET(1.5f), _CMP_GE_OQ);
    *exponent = _mm512_mask_add_ps(e, high, e, SET(1.f));
    *mantissa = m;
}

INLINE vec fold(vec a, vec b, int level) { /* add the halves of both, level by level: 16 vectors end as one */
    return level < 2 ? ADD(_mm512_shuffle_f32x4(a, b, 0x88), _mm512_shuffle_f32x4(a, b, 0xdd))
                     : ADD(_mm512_shuffle_ps(a, b, 0x88), _mm512_shuffle_ps(a, b, 0xdd));
}

/* Lane k of sum[0] is the sum of G[k]; G[16] and G[17] go to lanes 0 and 1 of sum[1]. */
INLINE void sums(const vec *G, vec *sum) {
    static const int order[16] = {0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15};
    vec r[16], q[8];
    for (int k = 0; k < 16; k++) r[k] = G[order[k]];
    for (int k = 0; k < 8; k++) q[k] = fold(r[2 * k], r[2 * k + 1], 0);
    for (int k = 0; k < 4; k++) r[k] = fold(q[2 * k], q[2 * k + 1], 1);
    for (int k = 0; k < 2; k++) q[k] = fold(r[2 * k], r[2 * k + 1], 2);
    vec two = fold(G[16], G[17], 0);
    two = fold(two, two, 1);
    two = fold(two, two, 2);
    two = fold(two, two, 3);
    sum[1] = _mm512_maskz_permutexvar_ps(3, _mm512_setr_epi32(0, 4, 8, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0), two);
    sum[0] = fold(q[0], q[1], 3);
}

typedef struct { float X0[256], X1[256]; int labels[256]; } points;

INLINE void put_point(points *p, int i, float x0, float x1, int label) {
    p->X0[i] = x0, p->X1[i] = x1, p->labels[i] = label;
}

INLINE void gather(const points *p, whole at, vec *x0, vec *x1, whole *y) {
    *x0 = _mm512_i32gather_ps(at, p->X0, 4);
    *x1 = _mm512_i32gather_ps(at, p->X1, 4);
    *y = _mm512_i32gather_epi32(at, p->labels, 4);
}

/* The points at order[0], order[1], ..., lanes of *on only. */
INLINE void points_in_order(const points *p, const uint8_t *order, int count, vec *x0, vec *x1, whole *y, mask *on) {
    *on = count >= 16 ? 0xffff : (1u << count) - 1;
    gather(p, _mm512_cvtepu8_epi32(_mm_maskz_loadu_epi8(*on, order)), x0, x1, y);
}

/* The point at place at[k] for every lane k; `at` on a vector's boundary. */
INLINE void points_at(const points *p, const int *at, vec *x0, vec *x1, whole *y) {
    gather(p, _mm512_load_si512(at), x0, x1, y);
}

INLINE whole first_seeds(int first) { /* lane k: (first + 1 + k) times an odd number */
    __m512i seeds = _mm512_setr_epi32(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16);
    return _mm512_mullo_epi32(_mm512_add_epi32(_mm512_set1_epi32(first), seeds), _mm512_set1_epi32(0x9E3779B1));
}

/* The next place each lane draws below m, times LANES, plus its lane. */
INLINE whole drawn(whole *state, int m) {
    __m512i s = _mm512_xor_si512(*state, _mm512_slli_epi32(*state, 13));
    s = _mm512_xor_si512(s, _mm512_srli_epi32(s, 17));
    *state = s = _mm512_xor_si512(s, _mm512_slli_epi32(s, 5));
    vec u = MUL(_mm512_cvtepi32_ps(_mm512_srli_epi32(s, 8)), SET(m * 0x1p-24f));
    const __m512i lanes = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    return _mm512_add_epi32(_mm512_slli_epi32(_mm512_cvttps_epi32(u), 4), lanes);
}

INLINE void fill(int *order, int i) { _mm512_store_si512(order + i * 16, _mm512_set1_epi32(i)); }

INLINE void swap(int *order, int i, whole j) { /* in every lane, places i and j (as `drawn` gives it) */
    __m512i kept = _mm512_load_si512(order + i * 16);
    _mm512_store_si512(order + i * 16, _mm512_i32gather_epi32(j, order, 4));
    _mm512_i32scatter_epi32(order, j, kept, 4);
}

#elif defined __AVX2__ && defined __FMA__

typedef __m256 vec, mask, member; /* a member is 1 in the class's lanes, 0 in the others */
typedef __m256i whole;
enum { LANES = 8, TOGETHER = 4 };
#define SET(x) _mm256_set1_ps(x)
#define FMA(a, b, c) _mm256_fmadd_ps(a, b, c)
#define FMS(a, b, c) _mm256_fmsub_ps(a, b, c)
#define FNMA(a, b, c) _mm256_fnmadd_ps(a, b, c)
#define MUL(a, b) _mm256_mul_ps(a, b)
#define ADD(a, b) _mm256_add_ps(a, b)
#define SUB(a, b) _mm256_sub_ps(a, b)
#define MAX(a, b) _mm256_max_ps(a, b)
#define ZERO _mm256_setzero_ps()
#define LOAD(p) _mm256_loadu_ps(p)
#define STORE(p, a) _mm256_storeu_ps(p, a)
#define BITS(a) _mm256_castps_si256(a)
#define FLOATS(a) _mm256_castsi256_ps(a)
#define RECIPROCAL_ESTIMATE(x) _mm256_rcp_ps(x)
#define ROOT_ESTIMATE(x) _mm256_rsqrt_ps(x)
#define POSITIVE(a) _mm256_cmp_ps(a, ZERO, _CMP_GT_OQ)
#define KEEP(on, a) _mm256_and_ps(on, a)
#define KEEP_FMA(on, a, b, c) KEEP(on, FMA(a, b, c))
#define MUL_WHERE(on, a, b) MUL(a, _mm256_blendv_ps(SET(1.f), b, on))
#define ADD_OWN(y, a, b) FMA(y, b, a)
#define LESS_ONE(y, a) SUB(a, y)
#define CLASS(y, c) KEEP(FLOATS(_mm256_cmpeq_epi32(y, _mm256_set1_epi32(c))), SET(1.f))
#define CLASS_WHERE(on, y, c) KEEP(on, CLASS(y, c))

/* Adding 1.5 * 2^23 rounds t and leaves the whole number in the low bits; below -125 a float has no room for it. */
#define ROUNDED(t) ADD(MAX(t, SET(-125.f)), SET(0x1.8p23f))
#define FRACTION(t) SUB(MAX(t, SET(-125.f)), SUB(ROUNDED(t), SET(0x1.8p23f)))
#define SCALE(p, t) FLOATS(_mm256_add_epi32(BITS(p), _mm256_slli_epi32(BITS(ROUNDED(t)), 23)))

/* Of x = mantissa times 2 to the exponent, mantissa from `least` to twice that. */
INLINE void split_from(float least, vec x, vec *exponent, vec *mantissa) {
    whole above = _mm256_sub_epi32(BITS(x), BITS(SET(least))), e = _mm256_srai_epi32(above, 23);
    *exponent = _mm256_cvtepi32_ps(e);
    *mantissa = FLOATS(_mm256_sub_epi32(BITS(x), _mm256_slli_epi32(e, 23)));
}

INLINE void split(vec x, vec *exponent, vec *mantissa) { split_from(.75f, x, exponent, mantissa); }

INLINE vec EXPONENT(vec x) {
    vec e, m;
    split_from(1.f, x, &e, &m);
    return e;
}

INLINE vec MANTISSA(vec x) {
    vec e, m;
    split_from(1.f, x, &e, &m);
    return m;
}

INLINE vec fold(vec a, vec b, int level) { /* add the halves of both, level by level: 8 vectors end as one */
    return level == 0   ? ADD(_mm256_blend_ps(a, b, 0xf0), _mm256_permute2f128_ps(a, b, 0x21))
           : level == 1 ? ADD(_mm256_blend_ps(a, b, 0xcc), _mm256_shuffle_ps(a, b, 0x4e))
                        : ADD(_mm256_shuffle_ps(a, b, 0x88), _mm256_shuffle_ps(a, b, 0xdd));
}

INLINE vec eight_sums(const vec *G) { /* lane k is the sum of G[k] */
    vec r[4];
    for (int k = 0; k < 4; k++) r[k] = fold(G[k], G[k + 4], 0);
    return fold(fold(r[0], r[1], 1), fold(r[2], r[3], 1), 2);
}

/* Lane k of sum[0] and sum[1] is the sum of G[k] and G[8 + k]; G[16] and G[17] go to lanes 0 and 1 of sum[2]. */
INLINE void sums(const vec *G, vec *sum) {
    vec two = fold(G[16], G[17], 0);
    two = fold(two, two, 1);
    two = fold(two, two, 2);
    sum[0] = eight_sums(G);
    sum[1] = eight_sums(G + 8);
    sum[2] = _mm256_permutevar8x32_ps(two, _mm256_setr_epi32(0, 4, 0, 4, 0, 4, 0, 4));
}

INLINE float TOTAL(vec a) {
    a = fold(a, a, 0);
    a = fold(a, a, 1);
    return _mm256_cvtss_f32(fold(a, a, 2));
}

/* A point is a row x0, x1, label, 0: whole rows, transposed, come faster than AVX2's gathers. */
typedef struct { float row[256][4] __attribute__((aligned(16))); } points;

INLINE void put_point(points *p, int i, float x0, float x1, int label) {
    p->row[i][0] = x0, p->row[i][1] = x1, p->row[i][3] = 0;
    memcpy(&p->row[i][2], &label, sizeof label);
}

INLINE vec two_rows(const points *p, int low, int high) {
    return _mm256_insertf128_ps(_mm256_castps128_ps256(_mm_load_ps(p->row[low])), _mm_load_ps(p->row[high]), 1);
}

INLINE void transpose(vec a, vec b, vec c, vec d, vec *x0, vec *x1, whole *y) {
    vec low = _mm256_unpacklo_ps(a, b), high = _mm256_unpacklo_ps(c, d);
    *x0 = _mm256_shuffle_ps(low, high, 0x44);
    *x1 = _mm256_shuffle_ps(low, high, 0xee);
    *y = BITS(_mm256_shuffle_ps(_mm256_unpackhi_ps(a, b), _mm256_unpackhi_ps(c, d), 0x44));
}
#define GATHER(p, at, x0, x1, y) /* `at` of bytes or of ints */ \
    transpose(two_rows(p, at[0], at[4]), two_rows(p, at[1], at[5]), two_rows(p, at[2], at[6]), \
              two_rows(p, at[3], at[7]), x0, x1, y)

INLINE void points_in_order(const points *p, const uint8_t *order, int count, vec *x0, vec *x1, whole *y, mask *on) {
    uint8_t few[8] = {0};
    if (count < 8) {
        for (int k = 0; k < count; k++) few[k] = order[k];
        order = few;
    }
    *on = FLOATS(_mm256_cmpgt_epi32(_mm256_set1_epi32(count), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7)));
    GATHER(p, order, x0, x1, y);
}

INLINE void points_at(const points *p, const int *at, vec *x0, vec *x1, whole *y) { GATHER(p, at, x0, x1, y); }

INLINE whole first_seeds(int first) {
    __m256i seeds = _mm256_setr_epi32(1, 2, 3, 4, 5, 6, 7, 8);
    return _mm256_mullo_epi32(_mm256_add_epi32(_mm256_set1_epi32(first), seeds), _mm256_set1_epi32(0x9E3779B1));
}

INLINE whole drawn(whole *state, int m) {
    __m256i s = _mm256_xor_si256(*state, _mm256_slli_epi32(*state, 13));
    s = _mm256_xor_si256(s, _mm256_srli_epi32(s, 17));
    *state = s = _mm256_xor_si256(s, _mm256_slli_epi32(s, 5));
    vec u = MUL(_mm256_cvtepi32_ps(_mm256_srli_epi32(s, 8)), SET(m * 0x1p-24f));
    const __m256i lanes = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
    return _mm256_add_epi32(_mm256_slli_epi32(_mm256_cvttps_epi32(u), 3), lanes);
}

INLINE void fill(int *order, int i) { _mm256_store_si256((whole *)(order + i * 8), _mm256_set1_epi32(i)); }

INLINE void swap(int *order, int i, whole j) {
    int at[8] __attribute__((aligned(32)));
    _mm256_store_si256((whole *)at, j);
    for (int k = 0; k < 8; k++) {
        int kept = order[i * 8 + k];
        order[i * 8 + k] = order[at[k]];
        order[at[k]] = kept;
    }
}

#else
#error "the limits need AVX-512 F, DQ and BW, or AVX2 and FMA"
#endif
