// Initial direction numbers of Sobol' sequences: the set new-joe-kuo-6 of S. Joe and F. Y. Kuo, "Constructing Sobol
// sequences with better two-dimensional projections", SIAM J. Sci. Comput. 30, 2635-2654 (2008), dimensions 2 to 1000.
// The numbers are theirs, under the licence at the foot; the packing is ours.

/** Dimensions for which there are direction numbers. */
export const SOBOL_DIMENSIONS_MAX = 1_000;

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/**
 * m(1) … m(s) of each dimension from the second on. m(k) is odd and below 2^k, so k − 1 bits say it: (m − 1) / 2, the
 * upper bit first, six bits to a letter, without gaps.
 */
const PACKED = [
  'wE7JQkTsoACuX2HgelTbgcxTsxKfe2fP5jxHHF_QGNTJHWLfHqzR7ETRPAkDpkumY5TawN8t0iEtRJXAZsPeuN5iodoT-Zj1v_X2Eqlm-S7WMI',
  '_RaC3OPgTwSUHMpKjp3oQsuUuSdH68-xpCvw4A3Vyx3CEkcW_91FLVqFlyF63faINghEFEywVXFhz2fyKqH2i2qjsOdqvNlAd_36aYjcDZ995S',
  't52xigdl01cALWvvkk6o3E9ClBqAKC9Y4PvbglQZQKd5hv_nQX7Fp-SCfX7snb0vMgrGurfqEBhtFYeHOQYhKdaM6vA7X_4xjvtKswiAXPiUUX',
  'BwyeKZdIzhVvfGUPouGTpyxdvkeiVYtGxK-ZYXnFyhjxvBPM01gOAEJJF7O9Tg3izLaoOvSUS8NdWjUzsoYqBvCd_nELzUwm5FLZdLS3D5jdQf',
  '3ekolnTZX0kHqTOQkuLe5Wim__Q3nGg6_jZKzkuHwtT39JhEIJcMp6GUn6kj_xyrPinGmCX-CpHSMBOfxOBfG3Uh-qHqXbLp7k8SwFwi27n1-g',
  '6pMJGcamBt98jgmqif59Wtonw3IZ3DYQ6Nos1vEpGVnacRu2taEQLlxfIYyXHTYvc1uydUqlTKpyUX3kh45xoCzi9ZKeywdNoZNWVPz0FZu4X0',
  'hQPwcsys56mDODeXcxJIDuhW4gZqn9p27SzH-Vgxgvlhk1HxIk3H4e0WC9_cX0HiRbgL4wCz82IybZfGaWfuImac2QlqACNiIC3ezm9xjQarXh',
  'YlSj7rK18mrv9Cewzgf5zeCevO3n0WFRJJzLriB3p4_oUyQfJLpewTb8spMIDNsUWzZ747DXxKvyk_1-rqps9LY_VsntYyMAJdZU0mvTbI-d9c',
  'FXKn6Kiee89F_Mu2gzCOxzLPfuOHpwITq9FddQ7eIxrmjbksmpcllQZDyYtZkAeh1r3Ym16ICbtY2aOboR1xdsIM7ynhG6XuC2LFbM8AQHYxyH',
  'YGvOFhWg45yt7a6_HBf0Xe_vAxNsGiLwIcEZxRD0bYuZj3YccYa2bOrCbFG4RLafe91jrU83Su1rvD2LrNpcKMba_ITUgFtV3cJWPknS_lbsAE',
  'N61cH4FyE3Q3A0on3MiZuKex0WyCfbT78YCK43aYuYsstWHRkUwuUZaM1jagBTO7yRRO_3HuDCFO4wHVyrxr_U79_QRSMe8EsbPxBdy7Ebx4r_',
  'fISxDA9jKxkqSyX55lSiC5E_7ZslkVA1j_ltWXcGHZw8wqaCl8YmtLQy5KjpcWCgwCkbYaJT8Js2txWYuu6o2lD-AWfEVSVqU-ojIMUKLYoKry',
  'EOOKoTKM6xJ7rO2RVOZ_KZZ83u2N5YKr5RmixnfStSzBDqPOF2GGyLAwvF5d0FRvQGILmtQZX0zlqNjcEjbxRU2CND2PTW8gMB5_Gk9YyO1Vq2',
  'gI0aRCSBy-2K9yUev1MRi7U2tpPCr_ZSQi1JG8mjthot376wxPZL2aw0wvKvO91Ra799H7WgkE_hlpi87-BAW_flfE58zTE59uSwur-c34lKb5',
  'vQhWriSJ1Yz9-tomWAslW2C6Qy6l0iaASHxk36m7MMGQ5su_pj-rO-Iz9OrfP5vsr3CpSn7BR531bqZTTJSIeoMhEUEAIFUiFoyYgrevIv9mJV',
  'J9MTG0BZSgMKU3s-eO2uOufxxpIJFEXhkn9ZILykSGvKeBSuadn8z3IHl3_3GhqWD4zASrmzSbv_czwaGZLgh57QsnpROpCQjsfAmmdT1PwSM6',
  'psVd64UhahGGveuZKWtFYYJwieOYRGc4Taiq5b4iK9b172--A9O_IGLcPyp56ylEMBw-Ysf6DU4hrA5jo0dBAhK4m9LUdDAj_PeLmYj95N1cSc',
  'PlOubtVF_Ud4MV03H4CWHDLAl5Zc7Fuv6FRZ3OZBF2KrXfpMwWdWgVryq-kNgoq-g5Urt7JJoKMIlsq2YHd8JCPyhRdVoXQgMaysQGnJX34nEU',
  '0DlTBABQgVG9gO8NIzK0tQBknAGcSvlZmvuVVx3h62xnvdtINseXY0jsgdVoMgfrEEkaiElaAHJNBwEhttqGa0q51yK9-paGvr0C77Xmzc7RHL',
  'NnDSetSkyocXIhUh7fxlG149WEH0hIqtN2ebXUmGLtLejAM1pbw2Alau3D7GvmC0RFHXtn36jaA3-H0-ED-ig_TBqLSFj7nPhun7sfyHLqV5E1',
  'kTt1CHgRZcPjUfjOtJTTtWJ3m79kX3KeroyMEHJsB99zAWYLTw-alCcu8wgr59a1s4PP24urMyVdPFoGZh_MNjfWKmDjndhic2DMw8uWaDOTlr',
  'MA0NizJ0tKJD0m5Qx6KMllka5uzkzB4XaRzOp_J5TLsn4kzyStC-LzpMdzXzZWrnMe4W8cVbtwvf520fubhFjfdFhAM7v5BD4gPVYQp-ZjwdxY',
  'O8eR-ZJFlBimpTGE-JvYBGn7bq-OS6lRCOT-SbhKhUcj1bC5M8zMVTGuFdYXHkw5EvFfHvUolTef7Qxzh9lJcIpSzJV0JDKbhtj3yhHZfdOeQD',
  'fOrfTAXBdX3DWDuN5WIC2nrKns5Gc-xKv1QSh6Gdx-O1gvaf-CFBgbnfrYLW3My3O7y1WUBGej7mvJrawdTtelYsU0SxsR4okwkBKtnf9FBmRu',
  '71e_rrg_AbVxkR_mGQnJj8kNJJwNJdwrNHm-ewtZmfVWpf7e8yLxKWdrzIhmBBbfh9b4IY7E1CWSMeG0bJKjMB2FEfRMCtf6627zh6s0ESiCnq',
  'iHeP0gp87CY7aeJwBHW4EF-UTxywPSsg0JapeQDz6BGjDtE_cVklqLecgH8h5V3S-xCRNKnlQJKOpE_rZ0MvUiX-wJCIBY2v4mmhJXTH69raPm',
  'fW8mYC-NY7F7glJMQOAKj9XUepkklj_DCBFcwlr9V00tCbGmG7UeV7Hj2b71RmTKb77q8t7tNP1B_37rhLg30D4FPlY-Lw1-ohHd2cTN5XdblK',
  'olKCyvEy34yZRExkfcMj5zUwoKAXN63yTbdhlMc5MkkWeB4O-xno0lwbXkSxOiZOpVwvH_EX6_Iyzofk13JWzN8cEijoRdEhPzQReFbAPyEL5z',
  'JujLHxWJF7Kt7NALxM1sYXIZLSvdIdJiAtiB2w9uZ4xX1kjV1sbRcUah9gRv3xCZIU8Vs9szjIfH2QPRLAsSWmtElLk-IqLZBBF8L5HNcq5oin',
  'ZFL-QwDrZ7rMc_BgQYxvU79qq4h-DDOnGXm2s9TfBfSsfVQNJPfOrXKLbyAvwoVXW1kixfdSd_MaayrAjx6Urs6sSgUn9wLW1k74X9hqaKCe3p',
  'y9Ro28fUdKfN0NP5ObJgVabWNp9T9coWIz4Xu6GbjTvwilrmo5p2Ind5JRXWu1npe-Z1NESeeF_NsgwYuqQrVwdllJi3Ew-6FzS0VEtO-T8nXW',
  'rOTQ8Z2ROw2A86XQAFo34HXY65hS9ZURfxjfG_oBSvITpseHpU9ytWFCb9q4tbT--gTvKNbbVdqltNufpjjOtflVdk6Ns10Q-8-yhzlHdchxoe',
  'HJT3vXeYsUpLWgyvtf9a-A1526BOr_-KA9YzcSUv6_deNh35yfLQNMJcDfcWPIXfY1LcR43GVK11wVl1xl-6u7KXPG1VvIMXix9g9H6QfcbXKk',
  'KS9QByU-ZLtb7Pcs8nT11Z1Ae78voalbb4tyPM6fd5_l3JQL-NlMdK-dMYrPxlKdKSa9Z_j-ubdpfYQ4Wpeh8j0yfi62PSgnCkM5yK_mJDIhzq',
  'Nr_0gResX30YS9ZqEGBTenIp3kE7PULJxDnklEv9RFrliabfsD4DscnuopZQfWWUkVbkUx-PFu3l1Pq-qCQztWDA9zC5qAt0A8q5egRtHXBtMq',
  'RVAnADnTNhUc9lJJUP1KMaAXk8WAFVw8EeS2wBuoAMUyFsUqUvRQiDGqJDdeKfI5t0sgrVaY6NG5YKhk6EUs4CGvNsD136O_ZPpyhO1tgpvDpT',
  'ake0LVXlF9AZujs5Mj371iEjEJlQ9G6FdWuhIKmaJMWUSYBxFPNYssOOEgwHiA5Iyh9ZBCUpqHuzTgEKnmpSbF6o43i_OCvdYkGGaPFYW7R2hK',
  'uuDiagYMdaiGwJwHm7myyc7gOQTEQ-ZiUlOXivqnTvqpcHFYgdnDL2nlsg5tJOp8WGRDv27EZqltCHVMafn3by83unrzGvHiSFDYiY50qpYJaq',
  'HBUmV49Pdmb9wedYbUDh7YEJ4KEfR73pDJIgSFa_fBXgGGCCisxlwHI2VzrS1aquZGoTtORKKQdYJmIJvJ56mJ7sP1qel0Har6R4CWU338njg5',
  '080GdLxWx71a694d_5SoE2hVEhgdc2kqp3qpr_4WeERes0IqXaOvLZfBEVYNQmPJMP82_xL_0YrC1s5BYMpJA9lc4hx912iCHYIbivvjlSP7XV',
  'CxRJfKSFx4npU42UvmXU1Y2G_GMx0a0je_jByGr1f2jM9QyDD5HF9QYROEFwAoo4d_Hp6QDI6WTsrdM-mLYLtzsioRYgYQvhgTpLeowkSFI_tr',
  'ie-Byp28pXSyBHBj28THEdY6fCns4zTvRF4rw50olZ18clwrHt6UemUeJwxBuzzqGPNtG-nuCiMiHWLAv_qqDf6bB6QVF21BZn8mCMTRX4qErK',
  'iYfIVGqI0Ke2bqnw6lBE1Pavp-REUVRe7LTja3pT-9ze70EhLnw_rEydtTZfRQV7ZgRdGQWTTW-Wvf0JSsPFwKhZraBO6H_pgYZbwrAGKi-Mzq',
  '5kJ91WmENSNerCnmmSN3kIHhtYbW-18eYXhh4RmA9C5LbrjLQqUw__2RIVEmQsdT20syRSCqS9122V3sNVJB4aK7orSxZdZ2RA_kpB0DQgAMkb',
  '_qUcIiMM-9pBRvExKktYrlYUrQHWDtmsn7zGnl-7dGtuW4OB7voA3TJHoXY1dJzOF0N1RrP7cYak-hRV7BMzrQYIfcJ4_M-IwdRMCkAfyYLu0d',
  'U7nnMNkKPUongMiFIDLjdfQqoFhoFuWlnA9swr42QsEwJEjd5cXPe6UAQhnlEWgQK86_eqfkDeeWkm3DMnNd50Rc9YhF2kqhagdyc7JRI_fQ10',
  'V-ztCOuPIPdO7w4BjFYimF-dkHt6sSmpMW1NaioCgxXjzyEHWP1JwAvFLvmI6VB7LIXFv9YDxSKFzrBNAps-hoxkgYVVT_-jsUedKueHLJkl9x',
  '6zrScWHmIb63jKJUqGBW1eOTVFtOEoaD6W7q2oS-ntLSUP8iWh_6ZB6UhWZdwM51Ku_NuL7jPKOqRdFkBZaQk_8xIrHjHcWhwlv-eRJ6mdh3H0',
  'oSw9aynfhfm18izdUSt9F-0Z8-ryNs-cMWiURm0sj46e4FPD6hZo_tTI_sKGOdPygOX2P-Ikrck31VYoiTFVdptK5OQEufGeo9Yr-UOM6eTNL_',
  'R9xj2tUKG0ijRpFiOHm03frD-3kYIMOB8sARN53CwpnhpXEWF0FgY4M_3YJthm4Vse6_NbJcUEL7bEnbTW6Nvrg-NzaHud5DHU_NiPegv1oHrM',
  'iW7uZVaX4DnGP_bTrgUvjye6Q8YPphQFJesAM_nHYv5Q-BCuJ1XawjJaoTTa_iHVKfdQxYtH9BHuxij7_bHjJItEDM-40rDXXaoboaYQrJikUO',
  '2YqS3RIJKqYht40cs4hMJUpt6ptjGm4gYsEF_ineQ0HzXDC8qgNQVTCkq5pJYWI9SxQ66Vyu3Vc3KiJizNmOIHngk6cpWyPrimbXAuD7Cx3aKm',
  '9jqW3frnuDO1Jug09ZQ-1w-3X6xx2k7866Aovgr_HAcu3QMuustTXOvW3uNRVI9MzbfANgc_570O7U-4B0nctdyXsVV0T9-Soi4lkAkg9v6OCc',
  'dcfmvisOOnIknZwMXAWHlGOyxxynwN9k9mdhmfkrV_no58zaeMp1qi0db-Se1fKLtG0TaZPQpKPfq7XJzz027F4zF7ticrEjd98pP98AiKghgW',
  'ENO-4MtD1m35y5BepMH8aW6Y1j3_jIemXFcJV4Ea24-yZ8Fn5Ztc6ALQmRyGnuh7hEXxjem_f4i6l92bCFwmWjN8bhZR0EP6O0mg_WRl-A-rqg',
  'ZsX9jArIwDJoXJsACpNEVork1xlqn4R4GLK0RlekvLoXOkGnU0OIRG6skJKIu5I4Y81PYEpMCvi9hU5XJKd9AxiH_-jGZ_sORW9BJq33EPiwC0',
  'DHlRou9FZRqAGISOqVIJD17fDIuqAH16-7FWQGkPAnfuxr3TPX6-QojB4s0hDZrUhKny4YuDi4XKoQz0FTLdUTt5x0oD3dd21bjUMz9dGTJtYr',
  '4yI9uf4Kp5Cj4nx3xicewHSzqNjMr4H2ReAQ40pvcYulTmUMQAQEpaEbXiyB6p2aqhKC9Nq_u1hCNAdB9C4lDuDh2q0QSaruqo15dkZKPfuFbc',
  'Forsl2vRib9WcSFtAviHTOni_omdJiZUxgjqFevutLDDM8HgUCdrdue35p4feuvzeKibnrLB2HZUUIMG-ZJVMlXO9m4c2G4G5rHu3CVhLerm0D',
  'Gd0DTaz4W0TTzk18xm4BNOb9AzAhJzkEA5SjY8rJarjwFFi9eVo5zK80pJz7RJ5CFIY6j50B2XgdjZR5PxBjoULllrwVGhcpIndx-ZHVkjMDwS',
  'HUf7uibYdGza1QqqzdWRhzFTQj3ujnGPyB5j9H_AmZRWEBfe04C2qAobXzN1Ct1V0y2Igx7VsgtbAf_tXKi6ZT-g5eLYzmW6uch3oJtHgZBsIl',
  'Z2G9-vfBINiUOKhj_wCaLTIPGmzEipEwNJN-ESLBWLnjCW_HxDY7-jA7vzoGRZ68re-L4v5_-AfGETYo_2PJjxySDvnS1gL3MWMGLScQpZ1ujW',
  '6tZ9CPb0XirtsMa2Ndvqvl6c-mA0uPApyzwEQ5A0AEPk6iEGXBeTAiFqY7XAmAd1tIDX_fUHpMdVsck9OxxWXGQ3yQE_d_TNbo_VVItEL2-L_A',
  'hv0oPrgSsELudsHFcvQ3_1T_4QH1BRuV6w9BuQji3ZBQ9KkMFjZVebQweTIoYHDw3dMq0zMeZeCtOTC6Z5_V9szLoi02kh2OncmPZUKQ-jqonE',
  'A0jIYI6evyongDQbGjEC9cOXUWCjspD9JtivIlBvcHCc5pajS3t7xCpBKR2Mat2Xq6dLrnpKz6swS9huMjMgUyHWDpS1IGwdqlF_ltbWQjB3LF',
  'QTswo1WcHdlY7Iu6Mc0aGr1jV1rw2RTOlM_EQSsDAWEbpVfHULl_2kuCcI3RDH1kd4TnnGIy6cVtrJnu6jDXLNFv_N97hacUSiyGwk04epd773',
  'pVicR_KUW-9jV9cmpsaQVptOdNB4j6CNXofrrLe2SvQnX1IaRkfp4EUgDlOrELMMPHOLqyikg7kcJ6OEoRc0-GW9DzLiNUg0UYzEZ2uY3YoI76',
  'e3ygq3eVhOyrkunc9Xq5mTi18o_oLLIagKIUfwKpTW2BHHf8vPuvhCCeQZs2Vn0230K2_tXApjQ3rhpf8sc9tiFhgdeH3rz-FFEtQ0u3gtAsm6',
  'SsexcJ_zf_07l5nutoBBSkKg8bh2wKhIlYb-cWwl991hPjcKKIj4hWs0ysaiSeCSUgv8uTk67u3v6KHmQemsz7fUl5AClFKCgJtKQH106u3IIK',
  'CPkCAnWc_YRgGJ9iom3loI0fhRCaIpuKX9Ss2RtKKMlctbLHTP1IQAKEoizvkK8pzxaxYx7iJdu6dmL2TY8MYsJcTAh12ApF3FRUUTfQRhc9YX',
  'nBUrMqHvIFL-41SOKzj7ip4ngWnuyCrOFhdeaW1bllgUIP8O478B7OEvPSD2ugWjYO5OT_2DnwY5JpsP_5H0tVZI8v0bmBcRfiM7HqGOI3v-SN',
  '1HWNolm4gwEmcZLM_pyhMswxnG5vhVBQ2hrTcZlcB_Ferya0HmyUQm-qZ0zHy47aNI4X0vEcrLkBOJwHLmDTGOpHX423MteoKxPv9F3rFL2hti',
  '0mQYbDHt5WNTMBT8EMTPIF9v9gpILbE5tU3VJMeHR1gH4TpBRh3Ptpi3AjNG3mpoG07V75py6GVuW_-LPMG-uB7QPCUgyHD0gscEn9z2_sFGRC',
  '-AruYj6SJFZ2l_Q-SOrn9osVEmfxyrG188ONuVTB2gYDAtp-POo5H-jdTcQKFccNl6csafkt0hHD0YQ3jAm6058Qt5JrtPmIhktFzL2hH3Q5Md',
  'OYRNlp2pp7X3Mxhlq2PAL8gTi-66XqQHcqg6ikxt63QejQx1d4WiOg_tF-nOt2l7-baEUs4O7_MjjsoubB7pyeOpAKtgwCtYda0wvOY21A-mnL',
  '5TndVsxTk1EelmE14i_yw92FdFxbqiYyFmfGFY5vOwUa6Pwj95kVSGC_NeesbNZQUObdAUsI7hJsYitZrK3F-gAsXIDLYk8-uYmmvHJeMLBjbG',
  '69a9EAR3DphSp-mXh4inTU0bj69Hgd30-7oDbeWOYS3GDWECn2z_ifAMCIleB7E4cLwd9pztC7t0tdYPrPw4SPLmm3CstDoAqPhajsX79wyKHe',
  'TQ9YXTcNC6ROILb9VhNtnh3fHXtQDPsyQm2vKsUtgoexY-wbj73QnUSMhSGEQXDvcPkvVfalXY1NW6ZGGMIsyxxbGbWvA20XCvcNtlSY5_eJQZ',
  'lYGC8ZwFzE7m3qrfcOb6qoyS7uNYjucB3lq3NVB9aWHb3vqrFOPyj6-LUl0IpavxNnn6WbLnvDx4-teM86QZieeMdWMOQ6-BWcW6-XR2tQ2Vrm',
  'to6daf8ahlI0wqtKxIlO7utDiDZl1v-3uX9Q7QbB6W9BRaFxe2Oyi7DGuM8gpXOwJZNI9jEMzkfBVcl2nVVGwU_hwhpZsRlQVzUHq80ljpZHbk',
  'Id3CiavupYjaqaK5WRLVN1VIhIrMI7U7fXfpIOldpE9dVTxTajewNv__JjFMr9E8_xk5brtHqNhe47m6_uMn_c5L_eMrI8e_a2OfLgfg6CbWB1',
  'nyX3vcSFz67RKAjHBqyQlzAnDyMy_IvXDLIZyhQe3S3U2WiPT3FgWHilH2MQi-c9YBt2zWL4vufg8-x3CcXEh6N7BE1l45e8UcJl9L-BJmSnHV',
  'auBb7Ip2GFh88naw-K8bSiBTZ389VseW_VwNDZ7IAGe61QqSpyncXhWUhyb3MrhDa5JBVtHxjwzWHAKYEywUPMuk5mvKQ0AIxZJ_1Dq3_vSgc0',
  'XW9IH6TZxIuL6JZZyKBh4ry-VsLsoKpRxFEG4UEpP0OjJFu7BmFjUbkju9iSmHxPW23wyu7U8ROjSSeMS2dr50wMLy5BmD9JXK6bYJnjKqe7NW',
  'g_ge2zQB7ujqhDd5vt79BigPK7o9vqlMy1IVmUJoi-uayEvKIzjXjaDIsaWc1tZTJ40JLyI01tFmAQNz_18cVga6lH9hBYpkzJ4cNKZZboDL2u',
  'PIOll9wwyk4OVcftZDUeafvSRudTAt86LXnrcuXbXugrCyVsWCzmPB-YNIl2BSL-mYIM_FjP01wEQn1njSAEzE_MHSY2g3b0STJlfM2vJXnEfs',
  'xTpMXh4UedEWry2fK0R-ZQ3UxYjfC43i1HAmjx0KED2W7wmLRgabtM8_HnehyVxfhWkMTCeEdB-PL8r85STA-hwLe20iDJ7-6lgsrqcPAOcN5r',
  'VykYSNjFrQmRVL_0oDol6gBitJYlq-3um8tK556tlh5iDIMS4gYxiAE6LuYhuh9CPDKnCQ7w8TFjNWidtUAOaFSF4_Y4DtI1iB4eKQr9P47Mpw',
  '2hOamYDgYTEhTi3JG9pRe6z0OKaTEJG3xdKXgPqOXMB5kxylZV07K8pMlKGtnCM41hyybTnfhrrfNKlWIlVPAw9FZZOGJQhk-qdSY04J5g1Pgz',
  'N1ECZ6_URkR8sp8S2vwOI5t_9hseXbA3xi1u1g7qwYJyTT4Vuo4RCkWU2uRvpbxpBFjkRZx4n0kAIpZrlRdcyuvq0OT_LTHDVFUs9X4sHX2LXF',
  'kA3ngICdqjHDwamv8g1bZ_jqW-0gVQv0DjrvcU1O9TUN9H0AMXlPm2DecCfqTj1Rd3tmn7gzGNdjHl6e_BUM958DDxvyO4psRMyMYPgusdpFsB',
  '2LtH4Vs2LnI4Dbt_OYeCwBOPaUmKAFzOibyrjBDvrPfbV9uPUROhjGziebR8FfsnYBo8fsen5N8Ob6xuF4d9sDFTWY7-AFyyY4A8z2caQxnIbO',
  'FTRjy4eYeArkEBufSMUiXRdw0YtM1fHvaR30hIob289QVBBiKT-drUFdi69fYZo-0gxqraSEGnTakppx_gGuRZdt6zbXupVum1grBpuDIO64Fa',
  'WRW_YBqdtTmvO9QPbGRaG4LM1p5VSBj8WAAbLTfqIMGpxTefamd_V5pEUOOhgSIQgIyRLgeDcK5mOTNjXZDWCAVUZCsPzLk8zFG7_cu6YY4mjs',
  'iHc3uN7eU5khieH2KfWokrhpXgPbSIAnmRhYjPFTXTUSxwN8JIO2JYWZ9syyhnvsa4JiRqvhlSge0RYp9UQE0CZz7ff0bxgKOg4HSjnIfm602e',
  'ofvGf0Hvw3ztD4SAws90zYTOs9SUjdgHmqkEwfwg5fa71fZ3aaZXtBxNkB-0zXnolS3RLsayaJSjGmV2hcDFIdbBnvSpJWl77NDr9YiAQqzCKk',
  'cyCWMbQBssnsBcdhJ2wD5uE_Jw9ix0ArKZNCtqvldfG8H3XPKdSJYsN7DXFJWzbKCgZ6ZEL8iGr_NOnEPPGFTJldo7DjR2ihuM9-8Ou1kxILKv',
  'pyUZwbdMIHi-GntARRUVEckH-EQC7nn3lSj-TDh17hPgaAVjtAHMkyG-JjbZUqdhkht8prlKIVkgIhc2TVMlTXzyioIoDldpbeawVpxt-To83o',
  'nfNPWi6AnEPaXFQVhf3EhqKRuxbm4ORqaLssEGOQG7X1xahS2ciNlwTGCHTJdbZy075-A',
].join('');

export interface InitialNumbers {
  /** The primitive polynomial over GF(2), its coefficients as bits: x³ + x + 1 is 0b1011. */
  readonly polynomial: number;
  /** m(1) … m(s), s being the polynomial's degree. */
  readonly initial: readonly number[];
}

/** Polynomial and initial numbers of dimensions 2, 3, … `dimensions`. */
export function initialNumbers(dimensions: number): InitialNumbers[] {
  let at = 0;
  const bits = (count: number): number => {
    let value = 0;
    for (const end = at + count; at < end; at += 1) {
      value = value * 2 + ((ALPHABET.indexOf(PACKED[Math.floor(at / 6)]!) >> (5 - (at % 6))) & 1);
    }
    return value;
  };
  return primitivePolynomials(dimensions - 1).map((polynomial) => {
    const initial = Array.from({ length: degreeOf(polynomial) }, (_, index) => 2 * bits(index) + 1);
    return { polynomial, initial };
  });
}

/** The first primitive polynomials over GF(2), by degree and then by value: the order of Joe and Kuo's table. */
function primitivePolynomials(count: number): number[] {
  const found: number[] = [];
  for (let polynomial = 3; found.length < count; polynomial += 2) if (isPrimitive(polynomial)) found.push(polynomial);
  return found;
}

/** Primitive of degree s: x generates the field's multiplicative group, so its order is 2^s − 1 and no part of it. */
function isPrimitive(polynomial: number): boolean {
  const order = 2 ** degreeOf(polynomial) - 1;
  if (powerOfX(order, polynomial) !== 1) return false;
  return primeFactors(order).every((factor) => powerOfX(order / factor, polynomial) !== 1);
}

/** x^exponent modulo the polynomial. */
function powerOfX(exponent: number, polynomial: number): number {
  if (exponent === 0) return 1;
  const half = powerOfX(exponent >> 1, polynomial);
  const square = times(half, half, polynomial);
  return exponent % 2 === 1 ? times(square, 2, polynomial) : square;
}

function times(a: number, b: number, polynomial: number): number {
  const top = 1 << degreeOf(polynomial);
  let product = 0;
  for (let bit = top; bit > 0; bit >>= 1) {
    product <<= 1;
    if ((product & top) !== 0) product ^= polynomial;
    if ((b & bit) !== 0) product ^= a;
  }
  return (product & top) !== 0 ? product ^ polynomial : product;
}

function degreeOf(polynomial: number): number {
  return 31 - Math.clz32(polynomial);
}

function primeFactors(n: number): number[] {
  const factors: number[] = [];
  let rest = n;
  for (let factor = 2; rest > 1; factor += 1) {
    if (rest % factor !== 0) continue;
    factors.push(factor);
    while (rest % factor === 0) rest /= factor;
  }
  return factors;
}

// Licence pertaining to sobol.cc and the accompanying sets of direction numbers
//
// Copyright (c) 2008, Frances Y. Kuo and Stephen Joe
// All rights reserved.
//
// Redistribution and use in source and binary forms, with or without modification, are permitted provided that the
// following conditions are met:
//
//     * Redistributions of source code must retain the above copyright notice, this list of conditions and the
//       following disclaimer.
//
//     * Redistributions in binary form must reproduce the above copyright notice, this list of conditions and the
//       following disclaimer in the documentation and/or other materials provided with the distribution.
//
//     * Neither the names of the copyright holders nor the names of the University of New South Wales and the
//       University of Waikato and its contributors may be used to endorse or promote products derived from this
//       software without specific prior written permission.
//
// THIS SOFTWARE IS PROVIDED BY THE COPYRIGHT HOLDERS ``AS IS'' AND ANY EXPRESS OR IMPLIED WARRANTIES, INCLUDING, BUT
// NOT LIMITED TO, THE IMPLIED WARRANTIES OF MERCHANTABILITY AND FITNESS FOR A PARTICULAR PURPOSE ARE DISCLAIMED. IN NO
// EVENT SHALL THE COPYRIGHT HOLDERS BE LIABLE FOR ANY DIRECT, INDIRECT, INCIDENTAL, SPECIAL, EXEMPLARY, OR
// CONSEQUENTIAL DAMAGES (INCLUDING, BUT NOT LIMITED TO, PROCUREMENT OF SUBSTITUTE GOODS OR SERVICES; LOSS OF USE, DATA,
// OR PROFITS; OR BUSINESS INTERRUPTION) HOWEVER CAUSED AND ON ANY THEORY OF LIABILITY, WHETHER IN CONTRACT, STRICT
// LIABILITY, OR TORT (INCLUDING NEGLIGENCE OR OTHERWISE) ARISING IN ANY WAY OUT OF THE USE OF THIS SOFTWARE, EVEN IF
// ADVISED OF THE POSSIBILITY OF SUCH DAMAGE.
